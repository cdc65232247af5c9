using Scriban.Runtime;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>A web server (apache).</summary>
/// <example><code>
/// vnfs: { apache: { root: ./site } }
/// </code></example>
internal sealed class ApacheKind() : WebServerKind(Word)
{
    const string Word = "apache";

    const string ConfigName = "apache.conf";
    const string PageName = "page";

    static readonly VnfProgram s_program = new("apache2", "apache2-bin");

    static readonly VnfTemplate s_template = new(Word);

    public override VnfProgram? Program => s_program;

    protected override VnfDraft Of(WebSite site) => new Draft(site);

    sealed record Draft(WebSite Site) : VnfDraft(Word)
    {
        public override IResourceSpec? Resolve(VnfScope scope) => new ServiceSpec(scope.Namespace.Name, Kind, [s_program.Name, "-f", $"{DaemonSpec.Config}/{ConfigName}", "-D", "FOREGROUND"])
        {
            Ready = Site.Ready,
            Daemon = Site.Daemon(s_program) with
            {
                // Without a directory it serves one page, whatever is asked for.
                Files = [new DaemonFile(ConfigName, s_template.Render(Values(scope)), OnChange.Reload), .. Site.Root is null ? [new DaemonFile(PageName, $"{scope.Namespace.Name}\n", OnChange.Reload)] : Array.Empty<DaemonFile>()],
                ReloadSignal = DaemonSignals.Usr1,
            },
        };

        ScriptObject Values(VnfScope scope) => new()
        {
            ["listen"] = Site.Listen,
            ["has_root"] = Site.Root is not null,
            ["autoindex"] = Site.Autoindex,
            ["namespace"] = scope.Namespace.Name,
            ["config"] = DaemonSpec.Config,
            ["page"] = PageName,
        };
    }
}
