using Vdeorch.Linux.Credentials;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Hosting;

/// <summary>Whether the users and groups a file names for its switches can be had where those are made.</summary>
public static class IdsFit
{
    /// <summary>A name that this host has not is left to the step that needs it: what asks for it may be another part of the file than is applied.</summary>
    /// <returns>Null when they can; else the first that cannot, and what would do.</returns>
    public static string? Complaint(RunDirectory run, Topology topology) => run.IsRootless ? Complaint(run.IsInside ? HostIds.Here : HostIds.InAnchor(), topology) : null;

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

    static string? File(string path, string? group, HostIds ids)
    {
        if (group is null || !IsThere(group, Credentials.GroupId))
        {
            return null;
        }

        return ids.FileGroup(group, out string? problem) is null ? $"{path}: {problem}" : null;
    }

    static string? Client(NumberedPort port, HostIds ids)
    {
        if (port.User is { } user && IsThere(user, Credentials.UserId) && ids.ClientUser(user, out string? nobody) is null)
        {
            return $"user: {nobody}";
        }

        return port.Group is { } group && IsThere(group, Credentials.GroupId) && ids.ClientGroup(group, out string? none) is null ? $"group: {none}" : null;
    }

    static bool IsThere(string text, Func<string, uint?> find) => text.All(char.IsAsciiDigit) || find(text) is not null;
}
