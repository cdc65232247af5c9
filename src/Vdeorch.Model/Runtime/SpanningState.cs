using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Runtime;

/// <summary>What a switch is told of spanning trees; none at all when it has no such settings.</summary>
/// <param name="Priority">0 to 65,535; of the switches of a loop, the one with the lowest is the root.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record StpSettings(int Priority = StpSettings.DefaultPriority)
{
    public const int DefaultPriority = 0x8000;
}

/// <summary>What a port is told of them.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PortSpanning
{
    /// <summary>VLANs in which it leads to no other switch: it forwards at once, says nothing and hears nothing.</summary>
    public VlanSet Edge { get; init => field = value ?? VlanSet.Empty; } = VlanSet.Empty;

    /// <summary>By VLAN, what its cost is less than <see cref="SpanningPort.FullCost"/>.</summary>
    public ImmutableArray<PortBonus> Bonuses { get; init => field = value.IsDefault ? [] : value; } = [];

    public bool Equals(PortSpanning? other) => other is not null && Edge.Equals(other.Edge) && Bonuses.SequenceEqual(other.Bonuses);

    public override int GetHashCode() => HashCode.Combine(Edge, Bonuses.Length);
}

/// <param name="Cost">0 to <see cref="SpanningPort.FullCost"/> - 1.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PortBonus(int Vlan, int Cost);

/// <summary>The spanning trees of a switch as they are now.</summary>
/// <param name="Id">Priority and address, 16 digits: <c>80:00:00:ff:00:00:00:01</c>.</param>
/// <param name="Vlans">By number.</param>
public sealed record SpanningState(string Id, string Mac, int Priority, ImmutableArray<SpanningVlan> Vlans);

/// <param name="Root">As <see cref="SpanningState.Id"/>; the switch's own where it is the root.</param>
/// <param name="Designated">The switch behind <paramref name="RootPort"/>; null at the root.</param>
/// <param name="RootPort">0 at the root.</param>
/// <param name="AgeSeconds">Since what the root said last; 0 at the root.</param>
/// <param name="Ports">By number.</param>
public sealed record SpanningVlan(int Vlan, string Root, string? Designated, int RootPort, long Cost, int AgeSeconds, ImmutableArray<SpanningPort> Ports);

/// <param name="Number">In the switch; 0 for the management port.</param>
/// <param name="Bonus">What is taken off <see cref="FullCost"/>.</param>
public sealed record SpanningPort(int Number, bool IsTagged, SpanningRole Role, SpanningStatus Status, int Bonus)
{
    public const int FullCost = 20_000_000;

    public int Cost => FullCost - Bonus;
}

/// <summary>Where a spanning tree leads, for VLANs of one switch for which it is the same.</summary>
/// <param name="Bridge">The switch, as <see cref="SpanningState.Id"/>.</param>
/// <param name="Root">The same of the root; equal to <paramref name="Bridge"/> at the root.</param>
/// <param name="Designated">The switch behind <paramref name="RootPort"/>; null at the root.</param>
/// <param name="RootPort">Number of the port that leads to the root; 0 at the root.</param>
/// <param name="Cost">Of the way there; 0 at the root.</param>
public sealed record TreeRoot(string Switch, string Bridge, VlanSet Vlans, string Root, string? Designated, int RootPort, long Cost);

[JsonConverter(typeof(JsonStringEnumConverter<SpanningRole>))]
public enum SpanningRole
{
    /// <summary>The way to the root.</summary>
    Root,

    /// <summary>The way to the root for whoever is behind it.</summary>
    Designated,

    /// <summary>Another way to the root, shut.</summary>
    Alternate,

    /// <summary>Another way to where the switch is designated already, shut.</summary>
    Backup,

    /// <summary>No switch is behind it.</summary>
    Edge,

    /// <summary>Its link is down.</summary>
    Disabled,
}

[JsonConverter(typeof(JsonStringEnumConverter<SpanningStatus>))]
public enum SpanningStatus
{
    Discarding,
    Learning,
    Forwarding,
}

/// <summary>In which VLANs a port has a role and status; of a <see cref="PortState"/>.</summary>
public sealed record PortRole(VlanSet Vlans, SpanningRole Role, SpanningStatus Status);
