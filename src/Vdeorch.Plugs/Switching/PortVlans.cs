using Vdeorch.Model.Values;

namespace Vdeorch.Plugs.Switching;

/// <summary>
/// What a port does with the frames of each VLAN: whether it takes and gives them at all, and whether it gives them with a tag. Immutable; a change is
/// another one, in another <see cref="Wiring"/>.
/// </summary>
public sealed class PortVlans
{
    /// <summary>A member of VLAN 0, without tags.</summary>
    public static readonly PortVlans Default = new(null, VlanSet.Empty);

    readonly VlanSet forwarding;
    readonly VlanSet tagged;

    /// <param name="membership">Null: that of <see cref="Default"/>.</param>
    /// <param name="discarding">VLANs in which a spanning tree keeps the port shut: nothing of theirs is learned, taken or given.</param>
    public PortVlans(VlanMembership? membership, VlanSet discarding)
    {
        (Membership, Discarding) = (membership, discarding);
        Untagged = (membership ?? VlanMembership.Default).Untagged;
        tagged = (membership ?? VlanMembership.Default).Tagged.Without(Untagged);
        forwarding = tagged.With(Untagged).Without(VlanMembership.None).Except(discarding);
    }

    /// <summary>As it was given; null: it was not.</summary>
    public VlanMembership? Membership { get; }

    public VlanSet Discarding { get; }

    /// <summary>The VLAN of frames without a tag; in <see cref="VlanMembership.None"/> nothing is forwarded.</summary>
    public int Untagged { get; }

    /// <summary>Whether frames of the VLAN are taken from the port and given to it. For taking it does not matter whether they have a tag.</summary>
    public bool Forwards(int vlan) => forwarding.Contains(vlan);

    /// <summary>Whether frames of the VLAN, which it forwards, are given to the port with a tag.</summary>
    public bool IsTagged(int vlan) => tagged.Contains(vlan);
}
