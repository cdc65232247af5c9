using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Model.Topologies;

/// <summary>
/// The client of DHCP (udhcpc) behind the <c>dhcp</c> of an interface: the daemon of no function of the file's. It hands its lease to
/// <see cref="DaemonSpec.LeaseHand"/>, with what <see cref="Settings"/> says.
/// </summary>
/// <example><code>
/// pc: { to: lan, dhcp: true }
/// </code></example>
public static class LeaseClient
{
    const string Prefix = "dhcp-";
    const string SettingsName = "settings";
    const string MetricKey = "metric ";
    const string ResolverKey = "resolver";

    // A gateway that the file names is preferred to any that a lease brings.
    const int FirstMetric = 1000;

    // RFC 3442, RFC 3397: not among those that udhcpc asks for by itself.
    const string ClasslessRoutes = "121";
    const string SearchList = "119";

    /// <summary>What it is called in its namespace, beside services.</summary>
    public static string NameOf(string link) => $"{Prefix}{link}";

    public static bool Is(ServiceSpec spec) => spec.Daemon is not null && spec.Name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <param name="order">Of the interface among those of its namespace that ask, from 0: which default route is preferred.</param>
    /// <param name="hasResolver">Whether the name servers that it is told are those of the namespace.</param>
    public static ServiceSpec Of(string ns, string link, int order, bool hasResolver) => new(ns, NameOf(link),
        // -R gives the address back at the end; no lease within 4 tries of a second each: 3 s later again, for ever.
        ["udhcpc", "-f", "-R", "-i", link, "-s", DaemonSpec.LeaseHand, "-x", $"hostname:{ns}", "-O", ClasslessRoutes, "-O", SearchList, "-t", "4", "-T", "1", "-A", "3"])
    {
        Restart = RestartPolicy.Always,
        Ready = new ReadySpec(null, []) { Lease = link },
        Daemon = new DaemonSpec("udhcpc")
        {
            TakesLeases = true,
            Files = [new DaemonFile(SettingsName, string.Create(CultureInfo.InvariantCulture, $"{MetricKey}{FirstMetric + order}\n{(hasResolver ? $"{ResolverKey}\n" : "")}"), OnChange.Reload)],
            ReloadSignal = DaemonSignals.Usr1,
        },
    };

    /// <summary>What <see cref="Of"/> wrote for whom the lease is handed to.</summary>
    /// <returns>The metric of its routes, and whether it writes the name servers.</returns>
    public static (uint Metric, bool HasResolver) Settings(ImmutableArray<string> lines) =>
        (lines.Where(line => line.StartsWith(MetricKey, StringComparison.Ordinal)).Select(line => uint.Parse(line[MetricKey.Length..], CultureInfo.InvariantCulture)).FirstOrDefault(), lines.Contains(ResolverKey));

    /// <summary>The first line of an /etc/resolv.conf that is a client's own.</summary>
    public const string ResolverMark = "# as leased";

    /// <summary>Where those lines are.</summary>
    public const string SettingsFile = $"{DaemonSpec.Config}/{SettingsName}";
}
