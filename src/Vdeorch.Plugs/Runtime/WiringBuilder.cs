using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Capturing;
using Vdeorch.Plugs.Spanning;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Runtime;

/// <summary>Makes of what is there what workers go by. On the control thread.</summary>
/// <param name="captures">Whoever wants to see frames, as of each <see cref="Build"/>.</param>
sealed class WiringBuilder(Inventory inventory, IReadOnlyList<Capture> captures, BpduInbox bpdus)
{
    /// <summary>Gives the ports their taps and their storm control, too: those hold for workers from when the wiring is published.</summary>
    public Wiring Build(long version)
    {
        ILookup<string, Placed> members = inventory.Ports.Values.Where(placed => placed.Switch is not null).ToLookup(placed => placed.Switch!, StringComparer.Ordinal);
        Dictionary<string, SwitchView> views = inventory.Switches.Values.ToDictionary(
            known => known.Settings.Name, known => known.View([.. members[known.Settings.Name]], bpdus), StringComparer.Ordinal);
        PluggedPort?[] slots = new PluggedPort?[inventory.Ports.Count == 0 ? 0 : inventory.Ports.Values.Max(placed => placed.Port.Slot) + 1];
        foreach (Placed placed in inventory.Ports.Values)
        {
            placed.Port.Taps = TapsOf(placed);
            placed.Port.Storm = StormOf(placed);
            bool isMirror = inventory.IsMirror(placed);
            slots[placed.Port.Slot] = new PluggedPort(placed.Port, placed.Switch is null || isMirror ? null : views[placed.Switch], placed.Number) { IsMirror = isMirror };
        }
        return new Wiring(version, slots);
    }

    IFrameTap[]? TapsOf(Placed placed)
    {
        MirrorTap? mirror = MirrorOf(placed);
        if (captures.Count == 0 && mirror is null)
        {
            return null;
        }
        IFrameTap[] taps = [.. captures.Select(capture => capture.TapOf(placed.Port.Name, placed.Switch)).Append<IFrameTap?>(mirror).OfType<IFrameTap>()];
        return taps.Length == 0 ? null : taps;
    }

    MirrorTap? MirrorOf(Placed placed) =>
        placed.Switch is { } name && inventory.Switches[name] is var sw && sw.Mirrors(placed.Port.Name)
        && sw.Settings.Mirror is { } mirror && inventory.Ports.TryGetValue(mirror.To, out Placed? to) && to.Switch == name
            ? new MirrorTap(to.Port, mirror.In, mirror.Out)
            : null;

    // One with the same limits goes on where it is: a change of anything else gives nobody a second's worth more.
    StormControl? StormOf(Placed placed)
    {
        StormSettings? settings = placed.Switch is { } name ? inventory.Switches[name].Settings.Storm : null;
        return settings is null ? null : placed.Port.Storm is { } before && before.Settings == settings ? before : new StormControl(settings);
    }
}
