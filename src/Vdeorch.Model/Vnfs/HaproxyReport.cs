using System.Globalization;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>Which back ends are down, as haproxy says: comma-separated values, the first line with a # before the names of its columns (haproxy's management guide, 9.1).</summary>
internal sealed record HaproxyReport() : DaemonReport("haproxy.sock", "show stat\n")
{
    public override (Health Health, string Why)? Read(string answer)
    {
        string[][] lines = [.. answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','))];
        if (lines.Length == 0)
        {
            return null;
        }

        string[] columns = [.. lines[0].Select(name => name.TrimStart('#', ' '))];
        int name = Array.IndexOf(columns, "svname");
        int status = Array.IndexOf(columns, "status");
        int last = Array.IndexOf(columns, "last_chk");
        string[][] servers = [.. lines.Skip(1).Where(line => name >= 0 && line.Length > Math.Max(status, Math.Max(name, last)) && line[name] is not ("FRONTEND" or "BACKEND"))];
        string[][] down = [.. servers.Where(line => status >= 0 && line[status].StartsWith("DOWN", StringComparison.Ordinal))];
        if (servers.Length == 0)
        {
            return (Health.Failed, "it has no back ends");
        }

        if (down.Length == 0)
        {
            return null;
        }

        string which = string.Join(", ", down.Select(line => last >= 0 && Said(line[last]) is { Length: > 0 } why ? $"{line[name]} ({why})" : line[name]));
        return down.Length == servers.Length ? (Health.Failed, $"all back ends are down: {which}")
            : (Health.Degraded, string.Create(CultureInfo.InvariantCulture, $"{down.Length} of {servers.Length} back ends {(down.Length == 1 ? "is" : "are")} down: {which}"));
    }

    // Others' words.
    static string Said(string text) => text.Trim('"', ' ') is { Length: <= 80 } words ? words : "";
}
