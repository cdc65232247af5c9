using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Engine.Enforcing;

/// <summary>Classes of htb on one interface of a namespace (tc-htb(8)): a tree below the discipline 1:, whose class 1:2 is for what is in no other.</summary>
static class QueueTree
{
    const string Root = "qdisc htb 1: root ";
    const string Default = "default 0x2 ";

    public static readonly Tool Tc = new(VnfProgram.Tc, "queueing disciplines are");

    /// <summary>Puts classes in place. One that is there already changes as it is, with the packets that wait in it.</summary>
    /// <param name="classes">A line each.</param>
    /// <exception cref="LinuxException">tc is missing, or refused, or this kernel has no htb.</exception>
    public static async Task ShapeAsync(NetNamespace ns, string link, string classes, CancellationToken ct)
    {
        string listing = await ListAsync(ns, link, ct) ?? "";
        bool isThere = listing.Split('\n').Any(line => line.StartsWith(Root, StringComparison.Ordinal) && line.Contains(Default, StringComparison.Ordinal));
        string[] wished = [.. classes.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        IEnumerable<string> commands =
        [
            .. isThere ? [] : new[] { $"qdisc replace dev {link} root handle 1: htb default 2" },
            .. wished.Select(line => $"class replace dev {link} {line}"),
            .. isThere ? Classes(listing).Where(id => !wished.Any(line => line.Contains($" classid {id} ", StringComparison.Ordinal))).Select(id => $"class del dev {link} classid {id}") : [],
        ];
        await Tc.RunAsync(link, ns.Fd, ["-batch", "-"], string.Concat(commands.Select(command => $"{command}\n")), ct);
    }

    /// <summary>The interface has its ordinary discipline again; one that has it already, or has gone, is fine.</summary>
    public static async Task RemoveAsync(NetNamespace ns, string link, CancellationToken ct)
    {
        if (await ListAsync(ns, link, ct) is { } listing && listing.Contains(Root, StringComparison.Ordinal))
        {
            await Tc.RunAsync(link, ns.Fd, ["qdisc", "del", "dev", link, "root"], "", ct);
        }
    }

    /// <summary>As tc prints it, without what packets change.</summary>
    /// <returns>Null when there is no such interface.</returns>
    /// <exception cref="LinuxException">tc is missing.</exception>
    public static async Task<string?> ListAsync(NetNamespace ns, string link, CancellationToken ct)
    {
        try
        {
            string disciplines = await Tc.RunAsync(link, ns.Fd, ["qdisc", "show", "dev", link], "", ct);
            string classes = await Tc.RunAsync(link, ns.Fd, ["class", "show", "dev", link], "", ct);
            return string.Join('\n', Lines(disciplines).Concat(Lines(classes).Order(StringComparer.Ordinal)));
        }
        catch (LinuxException none) when (none.Errno == Linux.Io.Errnos.Invalid)
        {
            return null;
        }
    }

    static IEnumerable<string> Lines(string printed) => printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Without(line, "direct_packets_stat", "refcnt"));

    static string Without(string line, params string[] counters)
    {
        List<string> words = [.. line.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        foreach (string counter in counters)
        {
            int at = words.IndexOf(counter);
            if (at >= 0)
            {
                words.RemoveRange(at, Math.Min(2, words.Count - at));
            }
        }

        return $"{string.Join(' ', words)} ";
    }

    // class htb 1:10 parent 1:1 …
    static IEnumerable<string> Classes(string listing) => listing.Split('\n').Select(line => line.Split(' ')).Where(words => words is ["class", "htb", _, ..]).Select(words => words[2]);
}
