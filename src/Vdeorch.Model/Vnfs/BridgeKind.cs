using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <summary>Joins interfaces of its namespace into one segment, in the kernel (ip-link(8), type bridge).</summary>
/// <example><code>
/// vnfs: { bridge: { interfaces: [vde0, vde1], address: 10.0.0.1/24 } }
/// </code></example>
internal sealed class BridgeKind : VnfKind
{
    static readonly FieldSchema<ImmutableArray<Located<string>>> s_interfaces = new("interfaces", Scalars.InterfaceText.OneOrMany())
    {
        Description = "The interfaces it joins. They have no addresses of their own.",
        Example = "[vde0, vde1]",
        IsRequired = true,
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<ImmutableArray<Located<InterfaceAddress>>> s_address = new("address", AddressScalars.Address.OneOrMany())
    {
        Description = "The namespace's own addresses on the segment.",
        Otherwise = "none: it passes frames on and is not there",
        Example = "10.0.0.1/24",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<bool>> s_stp = new("stp", Scalars.Boolean)
    {
        Description = "Whether it keeps loops open by a spanning tree (IEEE 802.1D). A port then forwards after half a minute.",
        Default = false,
        Example = "true",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<string>> s_name = new("name", Scalars.InterfaceText)
    {
        Description = "What the bridge is called in the namespace.",
        Otherwise = "`br0`",
        Example = "office",
        Cost = OnChange.Hot,
    };

    readonly ObjectSchema<VnfDraft?> _schema;

    public BridgeKind()
        : base("bridge")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a bridge", [s_interfaces, s_address, s_stp, s_name], reader =>
            new Draft(reader.List(s_interfaces), reader.List(s_address), reader.Get(s_stp).Value, reader.TryGet(s_name, out Located<string> name) ? (Located<string>?)name : null));
        Field = Key(_schema, "Joins interfaces into one segment, in the kernel.", "{ interfaces: [vde0, vde1] }");
    }

    public override VnfProgram? Program => VnfProgram.Ip;

    public override FieldSchema<VnfDraft?> Field { get; }

    public override ImmutableArray<IObjectSchema> Objects => [_schema];

    sealed record Draft(ImmutableArray<Located<string>> Interfaces, ImmutableArray<Located<InterfaceAddress>> Own, bool Stp, Located<string>? Name) : VnfDraft("bridge")
    {
        const string Usual = "br0";

        public override string Link => Name?.Value ?? Usual;

        public override IEnumerable<InterfaceAddress> Addresses => Own.Select(address => address.Value);

        public override IResourceSpec? Resolve(VnfScope scope)
        {
            bool isGood = Interfaces.All(one => scope.Interface(one) && IsBare(one, scope));
            string name = Link;
            if (scope.WhoMakes(name, except: this) is { } other)
            {
                scope.Context.Report(DiagnosticCatalog.VnfConflict, Name?.At ?? At, $"{scope.Namespace.Id} has an interface {Quoted.Text(name)} already{other}, which the bridge is to be called", "give the bridge another `name`");
                isGood = false;
            }

            string[] ports = [.. Interfaces.Select(one => one.Value).Distinct().Order(Comparer<string>.Create(NaturalOrder.Compare))];
            ImmutableArray<InterfaceAddress> addresses = [.. Addresses];
            return !isGood ? null : new VnfSpec(scope.Namespace.Name, Kind)
            {
                Parameters = VnfText.Parameters(
                    ("interfaces", VnfText.List(ports)), ("address", VnfText.List(addresses.Select(address => address.ToString()))), ("stp", VnfText.Of(Stp)), ("name", Name is null ? null : YamlWriter.Scalar(name))),
                Bridge = new BridgeSpec(name, [.. ports], addresses, Stp),
                DependsOn = scope.Finished,
            };
        }

        // What a port receives goes to the bridge: an address of its own nobody would reach.
        static bool IsBare(Located<string> name, VnfScope scope)
        {
            if (scope.Namespace.Interfaces.Single(one => one.Name == name.Value) is { Addresses.IsEmpty: true, Dhcp.Value: false })
            {
                return true;
            }

            scope.Context.Report(DiagnosticCatalog.VnfConflict, name.At, $"{name.Value} is to be a port of the bridge, and has an address of its own, which nobody would reach", "give the address to the bridge: bridge: { address: … }");
            return false;
        }
    }
}
