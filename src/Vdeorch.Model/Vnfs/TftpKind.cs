using System.Collections.Immutable;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>Gives files to machines that start from the network (dnsmasq, RFC 1350). It takes none.</summary>
/// <example><code>
/// vnfs: { tftp: { root: ./tftpboot } }
/// </code></example>
internal sealed class TftpKind : VnfKind
{
    const int Port = 69;
    const string Root = "root";

    static readonly VnfTemplate s_template = new("tftp");

    static readonly FieldSchema<Located<string>> s_root = new(Root, Scalars.Text)
    {
        Description = "The directory it serves; relative to the topology's file.",
        Example = "./tftpboot",
        IsRequired = true,
        Cost = OnChange.Restart,
    };

    readonly ObjectSchema<VnfDraft?> _schema;

    public TftpKind()
        : base("tftp")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a server of files", [s_root], reader => reader.TryGet(s_root, out Located<string> root) && reader.Context.FileInside(root) is { } path ? new Draft(path) : null);
        Field = Key(_schema, "Gives files to machines that start from the network (dnsmasq).", "{ root: ./tftpboot }");
    }

    public override FieldSchema<VnfDraft?> Field { get; }

    public override VnfProgram? Program => Dnsmasq.Program;

    public override ImmutableArray<IObjectSchema> Objects => [_schema];

    /// <param name="Root">Absolute.</param>
    sealed record Draft(string Root) : VnfDraft("tftp")
    {
        public override IResourceSpec? Resolve(VnfScope scope) => new ServiceSpec(scope.Namespace.Name, Kind, Dnsmasq.Run)
        {
            Daemon = new DaemonSpec(Dnsmasq.Program.Package)
            {
                Parameters = VnfText.Parameters((TftpKind.Root, YamlWriter.Scalar(Root))),
                Files = [new DaemonFile(Dnsmasq.File, s_template.Render([]), OnChange.Restart)],
                Shown = VnfText.Parameters((TftpKind.Root, Root)),
                Ports = [new DaemonPort(IsTcp: false, Port)],
            },
        };
    }
}
