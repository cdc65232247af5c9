using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Linux;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Engine.Capturing;

/// <summary>What the plug runtime of a topology says of itself; no engine is asked.</summary>
public static class RuntimeView
{
    /// <returns>Null when no runtime answers.</returns>
    public static RuntimeState? State(RunDirectory run, string topology)
    {
        try
        {
            using RuntimeClient client = new(run.StateSocket(topology));
            return client.State();
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    /// <summary>The addresses that switches have learned. One that has gone meanwhile has none.</summary>
    /// <exception cref="LinuxException">No runtime answers.</exception>
    public static ImmutableArray<(string Switch, MacEntry Entry)> Macs(RunDirectory run, string topology, IEnumerable<string> switches)
    {
        using RuntimeClient client = new(run.StateSocket(topology));
        return [.. switches.SelectMany(sw => Macs(client, sw).Select(entry => (sw, entry)))];
    }

    static ImmutableArray<MacEntry> Macs(RuntimeClient client, string sw)
    {
        try
        {
            return client.Macs(sw);
        }
        catch (RuntimeRefusedException)
        {
            return [];
        }
    }
}
