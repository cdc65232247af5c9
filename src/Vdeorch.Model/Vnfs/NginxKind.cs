using System.Collections.Immutable;
using System.Globalization;
using Scriban.Runtime;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>A web server (nginx).</summary>
/// <example><code>
/// vnfs: { nginx: { root: ./site } }
/// </code></example>
internal sealed class NginxKind : VnfKind
{
    const string Root = "root";

    static readonly VnfProgram s_program = new("nginx", "nginx-light");

    static readonly VnfTemplate s_template = new("nginx");

    static readonly FieldSchema<Located<string>> s_root = new(Root, Scalars.Text)
    {
        Description = "The directory it serves; relative to the topology's file.",
        Otherwise = "every page is the name of its namespace",
        Example = "./site",
        Cost = OnChange.Restart,
    };

    static readonly FieldSchema<Located<int>> s_listen = new("listen", PortScalars.Port)
    {
        Description = "The port of TCP that it answers, at every address.",
        Default = 80,
        Example = "8080",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<bool>> s_autoindex = new("autoindex", Scalars.Boolean)
    {
        Description = "Whether a directory without an index.html is shown as a list.",
        Default = false,
        Example = "true",
        Cost = OnChange.Reload,
    };

    readonly ObjectSchema<VnfDraft?> _schema;

    public NginxKind()
        : base("nginx")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a web server", [s_root, s_listen, s_autoindex], reader => new Draft(
            reader.TryGet(s_root, out Located<string> root) ? reader.Context.FileInside(root) : null, reader.Get(s_listen).Value, reader.Get(s_autoindex).Value));
        Field = Key(_schema, "Serves web pages (nginx).", "{ root: ./site }");
    }

    public override FieldSchema<VnfDraft?> Field { get; }

    public override VnfProgram? Program => s_program;

    public override ImmutableArray<IObjectSchema> Objects => [_schema];

    /// <param name="Root">Absolute; null: none.</param>
    sealed record Draft(string? Root, int Listen, bool Autoindex) : VnfDraft("nginx")
    {
        public override IResourceSpec? Resolve(VnfScope scope) => new ServiceSpec(scope.Namespace.Name, Kind, [s_program.Name, "-c", $"{DaemonSpec.Config}/nginx.conf"])
        {
            Ready = new ReadySpec(Listen, []),
            Daemon = new DaemonSpec(s_program.Package)
            {
                Parameters = VnfText.Parameters((NginxKind.Root, Root is null ? null : YamlWriter.Scalar(Root)), ("listen", Listen.ToString(CultureInfo.InvariantCulture)), ("autoindex", VnfText.Of(Autoindex))),
                Files = [new DaemonFile("nginx.conf", s_template.Render(new ScriptObject { ["listen"] = Listen, ["has_root"] = Root is not null, ["autoindex"] = Autoindex, ["namespace"] = scope.Namespace.Name }), OnChange.Reload)],
                Shown = Root is null ? VnfText.Parameters() : VnfText.Parameters((NginxKind.Root, Root)),
                ReloadSignal = DaemonSignals.Hup,
                Ports = [new DaemonPort(IsTcp: true, Listen)],
            },
        };
    }
}
