using Vdeorch.Linux.Credentials;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Hosting;

/// <summary>Whether the users and groups a file names for its switches can be had where those are made.</summary>
public static class IdsFit
{
    /// <param name="topology">What is to be made: of what is not, nothing is asked.</param>
    /// <returns>Null when they can; else the first that cannot, and what would do.</returns>
    public static string? Complaint(RunDirectory run, Topology topology) => Complaint(!run.IsRootless || run.IsInside ? HostIds.Here : HostIds.InAnchor(), topology);

    internal static string? Complaint(HostIds ids, Topology topology)
    {
        foreach (SwitchSpec sw in topology.Switches)
        {
            if (File("group", sw.Public?.Group, ids) is { } sockets)
            {
                return $"{sw.Id}: {sockets}";
            }

            if (File("console.group", sw.Console?.Group, ids) is { } console)
            {
                return $"{sw.Id}: {console}";
            }

            foreach (NumberedPort port in sw.Numbered)
            {
                if (Client(port, ids) is { } numbered)
                {
                    return $"{sw.Id}: numbered.{port.Number}.{numbered}";
                }
            }
        }

        return null;
    }

    static string? File(string path, string? group, HostIds ids) =>
        group is not null && ids.FileGroup(group, out string? problem) is null ? $"{path}: {problem}" : null;

    static string? Client(NumberedPort port, HostIds ids)
    {
        if (port.User is { } user && ids.ClientUser(user, out string? nobody) is null)
        {
            return $"user: {nobody}";
        }

        return port.Group is { } group && ids.ClientGroup(group, out string? none) is null ? $"group: {none}" : null;
    }
}
