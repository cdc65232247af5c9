using Vdeorch.Model.Runtime;

namespace Vdeorch.Plugs.Switching;

/// <summary>What is plugged into what: immutable, published as a whole. A worker reads it once per wake-up.</summary>
/// <param name="Version">Of two, the later has the higher.</param>
/// <param name="Slots">By the token of a port in its worker's epoll set; null where there is none.</param>
public sealed record Wiring(long Version, PluggedPort?[] Slots)
{
    public static readonly Wiring Empty = new(0, []);

    public PluggedPort? At(ulong slot) => slot < (ulong)Slots.Length ? Slots[slot] : null;
}

/// <param name="Switch">Null when unplugged, or where it only mirrors others.</param>
/// <param name="Number">In the switch, from 1.</param>
public sealed record PluggedPort(Port Port, SwitchView? Switch, int Number)
{
    public bool IsMirror { get; init; }
}

/// <summary>A switch as of one <see cref="Wiring"/>; its table lives on from one to the next.</summary>
/// <param name="Numbered">By number; null where there is none, as at 0, or where there is one that takes no part.</param>
/// <param name="Members">The same ports, packed, for floods.</param>
public sealed record SwitchView(SwitchSettings Settings, ForwardingTable Table, Port?[] Numbered, Port[] Members)
{
    /// <summary>By number, as <see cref="Numbered"/>; null where there is nothing to look at: no VLANs, and no port that is shut.</summary>
    public PortVlans[]? Vlans { get; init; }

    /// <summary>Whether tags say which VLAN a frame is of; else all are of VLAN 0, tags and all.</summary>
    public bool LooksAtTags { get; init; }

    /// <summary>Where what switches say of spanning trees goes; null: it is flooded like any other frame. Only with <see cref="Vlans"/>.</summary>
    public Spanning.BpduInbox? Bpdus { get; init; }
}
