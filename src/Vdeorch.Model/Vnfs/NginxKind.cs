using Scriban.Runtime;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>A web server (nginx).</summary>
/// <example><code>
/// vnfs: { nginx: { root: ./site } }
/// </code></example>
internal sealed class NginxKind() : WebServerKind(Word)
{
    const string Word = "nginx";

    static readonly VnfProgram s_program = new("nginx", "nginx-light");

    static readonly VnfTemplate s_template = new(Word);

    public override VnfProgram? Program => s_program;

    protected override VnfDraft Of(WebSite site) => new Draft(site);

    sealed record Draft(WebSite Site) : VnfDraft(Word)
    {
        public override IResourceSpec? Resolve(VnfScope scope) => new ServiceSpec(scope.Namespace.Name, Kind, [s_program.Name, "-c", $"{DaemonSpec.Config}/nginx.conf"])
        {
            Ready = Site.Ready,
            Daemon = Site.Daemon(s_program) with
            {
                Files = [new DaemonFile("nginx.conf", s_template.Render(new ScriptObject { ["listen"] = Site.Listen, ["has_root"] = Site.Root is not null, ["autoindex"] = Site.Autoindex, ["namespace"] = scope.Namespace.Name }), OnChange.Reload)],
                ReloadSignal = DaemonSignals.Hup,
            },
        };
    }
}
