using System.Collections.Immutable;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Model.Uvdels;

/// <summary>The schemes there are.</summary>
public static class UvdelSchemes
{
    public static readonly ImmutableArray<UvdelScheme> All =
    [
        AgnoScheme.Scheme,
        BondingScheme.Scheme,
        CommandScheme.Scheme,
        HubScheme.Scheme,
        MacvtapScheme.Scheme,
        MultiScheme.Scheme,
        NullScheme.Scheme,
        PcapScheme.Scheme,
        PtpScheme.Scheme,
        QemuScheme.Scheme,
        SeqPacketScheme.Scheme,
        SlirpScheme.Scheme,
        SwitchScheme.Scheme,
        TapScheme.Scheme,
        UdpScheme.Scheme,
        VdeScheme.Scheme,
        VdeslScheme.Scheme,
        VlanScheme.Scheme,
        VxlanScheme.Scheme,
        VxvdeScheme.Scheme,
        VxvdexScheme.Scheme,
    ];

    /// <returns>One of <see cref="All"/>, or <see cref="ForeignScheme"/> for a plugin of libvdeplug.</returns>
    public static UvdelScheme? Find(string name) => All.FirstOrDefault(scheme => scheme.Name == name) ?? ForeignScheme.Find(name);
}
