using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Plugs.Runtime;

/// <summary>Names what the runtime tells of itself, so that who knows it already need not be told again. Counters and what they count do not change its name.</summary>
/// <param name="startedMs">When this runtime started, on a clock that its predecessors had too.</param>
sealed class StateRevision(long startedMs)
{
    ImmutableArray<SwitchSettings> _switches = [];
    ImmutableArray<PortState> _ports = [];
    bool _opensLocators;
    int _number;

    /// <param name="ports">All of them, in the same order while none comes or goes.</param>
    /// <returns>The same as the last time exactly if nothing stands otherwise.</returns>
    public string Of(ImmutableArray<SwitchSettings> switches, ImmutableArray<PortState> ports, bool opensLocators)
    {
        bool isSame = _number > 0 && _opensLocators == opensLocators && _switches.SequenceEqual(switches) && _ports.Length == ports.Length && _ports.Zip(ports).All(pair => pair.First.StandsAs(pair.Second));
        (_switches, _ports, _opensLocators) = (switches, ports, opensLocators);
        _number += isSame ? 0 : 1;
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}.{startedMs}.{_number}");
    }
}
