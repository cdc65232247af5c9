using System.Text.Json;

namespace Vdeorch.SystemTests.Harness;

/// <summary>
/// All there is of a topology as one text, to compare: links, addresses, rules, routes and queueing disciplines as the kernel has them, sysctls, files
/// with their contents and modes, processes, and what the plug runtime does. Left out is what is another each time: when something was noted, and by which number.
/// </summary>
static class WholeWorld
{
    // What a service was started as is among the processes; when and with which pid it is noted is not the same twice.
    static readonly string[] s_volatile = ["logs", "notes.json", "running", "ended", "hooks", "runtime.sock", "state.sock", "runtime.log"];

    const string Look = "ip -d addr; ip rule; ip -6 rule; ip route show table all; ip -6 route show table all; tc qdisc; cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_default_ttl";

    /// <param name="untouched">Of these namespaces also which they are, and of these services (<c>namespace/service</c>) which process.</param>
    public static async Task<string> ShowAsync(Lab lab, params string[] untouched)
    {
        TopologySeen status = await lab.StatusAsync();
        List<string> lines = [];
        foreach (ObjectSeen thing in status.Objects.Where(thing => thing.Id.StartsWith("namespace/", StringComparison.Ordinal)))
        {
            string ns = thing.Id.Split('/')[1];
            if (lab.Pin(ns) is null)
            {
                lines.Add($"--- {ns} is gone");
                continue;
            }

            string which = untouched.Contains(ns) ? "; readlink /proc/self/ns/net" : "";
            lines.Add($"--- {ns}\n{string.Join('\n', Own((await lab.RunInsideAsync(ns, "sh", "-c", Look + which)).Exited(0).Out))}");
        }

        lines.AddRange(Services(lab, untouched).Order(StringComparer.Ordinal));
        lines.AddRange(Files($"{lab.RunDirectory}/topologies/{lab.Topology}"));
        lines.AddRange(Directory.Exists("/etc/netns") ? Directory.EnumerateDirectories("/etc/netns", $"{lab.Topology}.*").Order(StringComparer.Ordinal).Select(entry => $"{entry} -> {new FileInfo(entry).LinkTarget}") : []);
        lines.AddRange(status.Json.GetProperty("switches").EnumerateArray().Select(sw => $"{sw.GetProperty("name")}: {string.Join(", ", sw.GetProperty("ports").EnumerateArray().Select(port => port.GetProperty("name").GetString()).Order(StringComparer.Ordinal))}"));
        lines.Add((await lab.RunAsync("get", lab.Topology)).Exited(0).ToString().Split("exit code")[0]);
        return string.Join('\n', lines);
    }

    /// <returns>Empty when they are the same; else what is different, line by line.</returns>
    public static string Changes(string before, string now)
    {
        string[] was = before.Split('\n');
        string[] lines = now.Split('\n');
        return before == now ? "" : string.Join('\n', was.Except(lines).Select(line => $"- {line}").Concat(lines.Except(was).Select(line => $"+ {line}")).DefaultIfEmpty("the order or the number of lines"));
    }

    // Link-local addresses and their routes come a moment later, by the kernel's own will; and it says of a tap that it does not know whether it is up until somebody let go of it once.
    static IEnumerable<string> Own(string text) => text.Split('\n').Select(line => line.Replace(" tentative", "", StringComparison.Ordinal).Replace("state UNKNOWN", "state UP", StringComparison.Ordinal))
        .Where(line => !line.Contains("fe80", StringComparison.Ordinal) && !line.Contains("ff00::", StringComparison.Ordinal) && !line.Contains("proto kernel_ll", StringComparison.Ordinal));

    static IEnumerable<string> Services(Lab lab, string[] untouched)
    {
        string mark = $"VDEORCH_SERVICE={lab.Topology}/";
        foreach (int pid in Processes.With(entry => entry.StartsWith(mark, StringComparison.Ordinal)))
        {
            string service = Processes.Environment(pid).Single(entry => entry.StartsWith(mark, StringComparison.Ordinal))[mark.Length..];
            yield return $"service {service}: {string.Join(' ', Processes.CommandLine(pid))}{(untouched.Contains(service) ? $" ({pid})" : "")}";
        }
    }

    static IEnumerable<string> Files(string directory)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            FileInfo file = new(path);
            string name = Path.GetRelativePath(directory, path);
            if (!s_volatile.Contains(name.Split('/')[0]))
            {
                yield return $"{name} {(int)file.UnixFileMode:X} {(file.LinkTarget is { } target ? $"-> {target}" : file.Exists ? JsonSerializer.Serialize(File.ReadAllText(path)) : "")}";
            }
        }
    }
}
