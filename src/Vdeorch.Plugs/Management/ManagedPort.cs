using System.Collections.Immutable;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Management;

/// <summary>A port of a switch, as its console has it: one that was made by hand, or that something is or was plugged into.</summary>
/// <param name="Numbered">What was asked of it by its number; of a port that is not public and in use, its options are the ones it has.</param>
/// <param name="CurrentUser">Of the clients that are on it; null: there are none, or nobody knows whose they are.</param>
/// <param name="Endpoints">What is plugged in.</param>
/// <param name="Counters">Since the start, or since they were set back.</param>
sealed record ManagedPort(NumberedPort Numbered, uint? CurrentUser, ImmutableArray<ManagedEndpoint> Endpoints, PortCounters Counters)
{
    public int Number => Numbered.Number;

    /// <summary>Something is plugged in.</summary>
    public bool IsActive => !Endpoints.IsEmpty;

    public VlanMembership Vlans => Numbered.Options.Vlans ?? VlanMembership.Default;

    public bool IsIn(int vlan) => Vlans.Untagged == vlan || Vlans.Tagged.Contains(vlan);
}

/// <param name="Id">What it is called by: the number of a descriptor.</param>
/// <param name="Module">What kind of thing it is, in vde_switch's words: a client, a tap.</param>
readonly record struct ManagedEndpoint(int Id, string Module, string Description)
{
    public const string Client = "unix prog";
    public const string Tap = "tuntap";
    public const string Plug = "plug";
}
