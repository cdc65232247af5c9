using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Engine.Supervising;

/// <summary>
/// What a topology's runtime has, for its successor. Owns a duplicate of every tap, so that a tap stays attached with its carrier up and its queue filling
/// while there is no runtime: the next one gets the same descriptors. For one caller at a time.
/// </summary>
internal sealed class RuntimeContents
{
    readonly SortedDictionary<string, SwitchSettings> _switches = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, PlugSettings> _plugs = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, PluggedTap> _taps = new(StringComparer.Ordinal);

    public IReadOnlyCollection<SwitchSettings> Switches => _switches.Values;

    public IReadOnlyCollection<PlugSettings> Plugs => _plugs.Values;

    public IReadOnlyCollection<string> Ports => _taps.Keys;

    public void Set(SwitchSettings settings) => _switches[settings.Name] = settings;

    public void RemoveSwitch(string name) => _switches.Remove(name);

    /// <returns>What the plug of that name was before; null when there was none.</returns>
    public PlugSettings? Set(PlugSettings settings)
    {
        PlugSettings? before = _plugs.GetValueOrDefault(settings.Name);
        _plugs[settings.Name] = settings;
        return before;
    }

    public bool RemovePlug(string name) => _plugs.Remove(name);

    /// <param name="before">From <see cref="Set(PlugSettings)"/>.</param>
    public void Restore(string plug, PlugSettings? before)
    {
        _plugs.Remove(plug);
        if (before is not null)
        {
            _plugs.Add(plug, before);
        }
    }

    public bool HasTap(string port) => _taps.ContainsKey(port);

    public PluggedTap Tap(string port) => _taps[port];

    /// <param name="tap">Owned from now on; that of a port of that name is closed.</param>
    public void Set(PluggedTap tap)
    {
        LetGo([tap.Port.Name]);
        _taps[tap.Port.Name] = tap;
    }

    /// <returns>What it was before.</returns>
    public PortSettings Move(PortSettings port)
    {
        PluggedTap before = _taps[port.Name];
        _taps[port.Name] = before with { Port = port };
        return before.Port;
    }

    /// <summary>Closes taps; those that are not there are fine.</summary>
    public void LetGo(IEnumerable<string> ports)
    {
        foreach (string port in ports)
        {
            if (_taps.Remove(port, out PluggedTap? gone))
            {
                gone.Tap.Dispose();
            }
        }
    }

    /// <summary>Forgets everything, and closes every tap.</summary>
    public void Clear()
    {
        LetGo([.. _taps.Keys]);
        _switches.Clear();
        _plugs.Clear();
    }
}

internal sealed record PluggedTap(PortSettings Port, Fd Tap);
