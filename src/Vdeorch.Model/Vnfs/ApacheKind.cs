using System.Collections.Immutable;
using System.Globalization;
using Scriban.Runtime;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>A web server (apache).</summary>
/// <example><code>
/// vnfs: { apache: { root: ./site } }
/// </code></example>
internal sealed class ApacheKind : VnfKind
{
    const string Root = "root";
    const string ConfigName = "apache.conf";
    const string PageName = "page";

    static readonly VnfProgram s_program = new("apache2", "apache2-bin");

    static readonly VnfTemplate s_template = new("apache");

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

    public ApacheKind()
        : base("apache")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a web server", [s_root, s_listen, s_autoindex], reader => new Draft(
            reader.TryGet(s_root, out Located<string> root) ? reader.Context.FileInside(root) : null, reader.Get(s_listen).Value, reader.Get(s_autoindex).Value));
        Field = Key(_schema, "Serves web pages (apache).", "{ root: ./site }");
    }

    public override FieldSchema<VnfDraft?> Field { get; }

    public override VnfProgram? Program => s_program;

    public override ImmutableArray<IObjectSchema> Objects => [_schema];

    /// <param name="Root">Absolute; null: none.</param>
    sealed record Draft(string? Root, int Listen, bool Autoindex) : VnfDraft("apache")
    {
        public override IResourceSpec? Resolve(VnfScope scope) => new ServiceSpec(scope.Namespace.Name, Kind, [s_program.Name, "-f", $"{DaemonSpec.Config}/{ConfigName}", "-D", "FOREGROUND"])
        {
            Ready = new ReadySpec(Listen, []),
            Daemon = new DaemonSpec(s_program.Package)
            {
                Parameters = VnfText.Parameters((ApacheKind.Root, Root is null ? null : YamlWriter.Scalar(Root)), ("listen", Listen.ToString(CultureInfo.InvariantCulture)), ("autoindex", VnfText.Of(Autoindex))),
                Files = [new DaemonFile(ConfigName, s_template.Render(Values(scope)), OnChange.Reload), .. Root is null ? [new DaemonFile(PageName, $"{scope.Namespace.Name}\n", OnChange.Reload)] : Array.Empty<DaemonFile>()],
                Shown = Root is null ? VnfText.Parameters() : VnfText.Parameters((ApacheKind.Root, Root)),
                ReloadSignal = DaemonSignals.Usr1,
                Ports = [new DaemonPort(IsTcp: true, Listen)],
            },
        };

        ScriptObject Values(VnfScope scope) => new()
        {
            ["listen"] = Listen,
            ["has_root"] = Root is not null,
            ["autoindex"] = Autoindex,
            ["namespace"] = scope.Namespace.Name,
            ["config"] = DaemonSpec.Config,
            ["page"] = PageName,
        };
    }
}
