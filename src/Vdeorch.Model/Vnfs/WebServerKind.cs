using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>What a file may say of a web server, whichever program it is.</summary>
internal abstract class WebServerKind : VnfKind
{
    static readonly FieldSchema<Located<string>> s_root = new(WebSite.RootName, Scalars.Text)
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

    protected WebServerKind(string name)
        : base(name)
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a web server", [s_root, s_listen, s_autoindex], reader => Of(new WebSite(
            reader.TryGet(s_root, out Located<string> root) ? reader.Context.FileInside(root) : null, reader.Get(s_listen).Value, reader.Get(s_autoindex).Value)));
        Field = Key(_schema, $"Serves web pages ({name}).", "{ root: ./site }");
    }

    public override FieldSchema<VnfDraft?> Field { get; }

    public override ImmutableArray<IObjectSchema> Objects => [_schema];

    protected abstract VnfDraft Of(WebSite site);
}

/// <param name="Root">Absolute; null: none.</param>
internal sealed record WebSite(string? Root, int Listen, bool Autoindex)
{
    public const string RootName = "root";

    public ReadySpec Ready => new(Listen, []);

    /// <summary>All but its files and how it reads them again.</summary>
    public DaemonSpec Daemon(VnfProgram program) => new(program.Package)
    {
        Parameters = VnfText.Parameters((RootName, Root is null ? null : YamlWriter.Scalar(Root)), ("listen", Listen.ToString(CultureInfo.InvariantCulture)), ("autoindex", VnfText.Of(Autoindex))),
        Shown = Root is null ? VnfText.Parameters() : VnfText.Parameters((RootName, Root)),
        Ports = [new DaemonPort(IsTcp: true, Listen)],
    };
}
