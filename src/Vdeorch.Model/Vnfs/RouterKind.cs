using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>Passes packets on between the interfaces of its namespace.</summary>
/// <example><code>
/// vnfs: { router: {} }
/// vnfs: { router: { v6: false } }
/// </code></example>
internal sealed class RouterKind : VnfKind
{
    // Documentation/networking/ip-sysctl of the kernel.
    internal const string ForwardV4 = "net.ipv4.ip_forward";
    internal const string ForwardV6 = "net.ipv6.conf.all.forwarding";

    static readonly FieldSchema<Located<bool>> s_v4 = Family("v4", "IPv4");
    static readonly FieldSchema<Located<bool>> s_v6 = Family("v6", "IPv6");

    readonly ObjectSchema<VnfDraft?> _schema;

    public RouterKind()
        : base("router")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a router", [s_v4, s_v6], reader => new Draft(reader.Get(s_v4).Value, reader.Get(s_v6).Value));
        Field = Key(_schema, "Passes packets on between its interfaces (IP forwarding).", "{}");
    }

    public override FieldSchema<VnfDraft?> Field { get; }

    public override ImmutableArray<IObjectSchema> Objects => [_schema];

    /// <summary>The settings that let packets through.</summary>
    internal static ImmutableSortedDictionary<string, string> Forwarding(bool v4, bool v6) =>
        new[] { (ForwardV4, v4), (ForwardV6, v6) }.Where(pair => pair.Item2).ToImmutableSortedDictionary(pair => pair.Item1, _ => "1", StringComparer.Ordinal);

    static FieldSchema<Located<bool>> Family(string key, string name) => new(key, Scalars.Boolean)
    {
        Description = $"Whether {name} is passed on.",
        Default = true,
        Example = "false",
        Cost = OnChange.Hot,
    };

    sealed record Draft(bool V4, bool V6) : VnfDraft("router")
    {
        public override IResourceSpec? Resolve(VnfScope scope) => new VnfSpec(scope.Namespace.Name, Kind)
        {
            Parameters = VnfText.Parameters(("v4", VnfText.Of(V4)), ("v6", VnfText.Of(V6))),
            Sysctls = Forwarding(V4, V6),
            DependsOn = scope.Finished,
        };
    }
}
