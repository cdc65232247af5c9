using Vdeorch.Engine.Enforcing;
using Vdeorch.Model.Machines;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Engine.Hosting;

/// <summary>Programs of the host that network functions are made of.</summary>
public static class Programs
{
    /// <summary>Where they are looked for, whatever the caller's own PATH is: daemons are in directories that users seldom have in theirs.</summary>
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The same for what a file runs: last of all vdeorch itself is found, wherever it was installed, so that a service can be one end of a plug.</summary>
    public static string ServicePath { get; } = Path.GetDirectoryName(Environment.ProcessPath) is { } own ? $"{SearchPath}:{own}" : SearchPath;

    public static bool IsThere(string program) => SearchPath.Split(':').Any(directory => File.Exists($"{directory}/{program}"));

    /// <returns>What this host lacks for a topology, with the packages that have it; null when it lacks nothing.</returns>
    public static string? Complaint(Topology wished)
    {
        IEnumerable<(ResourceId Vnf, string Program, string Package)> needs =
        [
            .. wished.Vnfs.Where(spec => spec.Ruleset is not null).Select(spec => (spec.Id, Nft.Tool, Nft.Package)),
            .. wished.Vnfs.Where(spec => spec.Bridge is not null).Select(spec => (spec.Id, VnfProgram.Ip.Name, VnfProgram.Ip.Package)),
            .. wished.Vnfs.Where(spec => spec.Wireguard is not null).Select(spec => (spec.Id, VnfProgram.Wg.Name, VnfProgram.Wg.Package)),
            .. wished.Vnfs.Where(spec => !spec.Queues.IsEmpty).Select(spec => (spec.Id, QueueTree.Tc.Name, QueueTree.Tc.Package)),
            .. wished.Services.Where(spec => spec.Daemon is not null).Select(spec => (spec.Id, spec.Run[0], spec.Daemon!.Package)),
            .. wished.Machines.Where(spec => !spec.IsExternal).Select(spec => (spec.Id, QemuCommand.Program, QemuCommand.Package)),
        ];
        string[] tunnels = [.. wished.Vnfs.Where(spec => spec.Wireguard is not null).Select(spec => spec.Id.ToString())];
        string[] missing =
        [
            .. needs.GroupBy(need => (need.Program, need.Package)).Where(need => !IsThere(need.Key.Program)).Select(Describe),
            .. tunnels.Length > 0 && WireguardHost.Maker == WireguardMaker.None ? new[] { $"{string.Join(", ", tunnels)} cannot be made: {WireguardHost.Lack}" } : [],
        ];
        return missing.Length == 0 ? Machines.Lack(wished) : string.Join("; ", missing);
    }

    static string Describe(IGrouping<(string Program, string Package), (ResourceId Vnf, string, string)> need) =>
        $"{string.Join(", ", need.Select(one => one.Vnf))} {(need.Count() == 1 ? "needs" : "need")} the program '{need.Key.Program}', which is not there: install the package '{need.Key.Package}'";
}
