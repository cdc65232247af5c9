using System.Text.Json.Serialization;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Runtime;

/// <summary>What a port is like, whatever is plugged into it, and whoever says so: a file, a client of the switch, its console. Changed live.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PortOptions
{
    /// <summary>Of a port of which nothing was asked.</summary>
    public static readonly PortOptions None = new();

    /// <summary>Null: <see cref="VlanMembership.Default"/>, and no reason for the switch to be VLAN-aware.</summary>
    public VlanMembership? Vlans { get; init; }

    /// <summary>Null: frames are left alone.</summary>
    public PortImpairment? Impair { get; init; }

    /// <summary>Null: an ordinary port of spanning trees, if the switch has any.</summary>
    public PortSpanning? Spanning { get; init; }
}
