using Vdeorch.Engine.Hosting;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>The one /etc/hosts of a topology's namespaces. It follows their addresses without being asked, so all there is to see is whether somebody else has changed it.</summary>
internal static class HostsObserver
{
    public const string Place = "/etc/hosts";

    /// <summary>What is in it when this is applied.</summary>
    public static string Text(Topology topology, HostsMemory memory) => memory.Print(topology, File.Exists(Place) ? File.ReadAllLines(Place) : []);

    /// <param name="known">What may be applied; null: not known. It is as one of them has it, unless somebody has changed it.</param>
    /// <returns>Null when there is nothing to say.</returns>
    public static string? Observe(RunDirectory run, string topology, HostsMemory memory, params ReadOnlySpan<Topology?> known)
    {
        string path = run.Hosts(topology);
        string? there = File.Exists(path) ? File.ReadAllText(path) : null;
        bool isKnown = false;
        foreach (Topology? one in known)
        {
            if (one is null or { Namespaces.IsEmpty: true })
            {
                // Nobody has the file, and nobody writes it.
                continue;
            }

            if (there == Text(one, memory))
            {
                return null;
            }

            isKnown = true;
        }

        return !isKnown ? null : there is null ? "gone" : "changed";
    }
}
