using Vdeorch.Engine.Enforcing;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Hosting;

/// <summary>Programs of the host that network functions are made of.</summary>
public static class Programs
{
    /// <summary>Where they are looked for, whatever the caller's own PATH is: daemons are in directories that users seldom have in theirs.</summary>
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static bool IsThere(string program) => SearchPath.Split(':').Any(directory => File.Exists($"{directory}/{program}"));

    /// <returns>What this host lacks for a topology, with the package that has it; null when it lacks nothing.</returns>
    public static string? Complaint(Topology wished)
    {
        VnfSpec[] filters = [.. wished.Vnfs.Where(spec => spec.Ruleset is not null)];
        return filters.Length == 0 || IsThere(Nft.Tool) ? null
            : $"{string.Join(", ", filters.Select(spec => spec.Id))} {(filters.Length == 1 ? "needs" : "need")} the program '{Nft.Tool}', which is not there: install the package '{Nft.Package}'";
    }
}
