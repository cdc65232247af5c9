using System.Collections.Immutable;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs.Devices;
using Vdeorch.Plugs.Local;
using Vdeorch.Plugs.Overlays;
using Vdeorch.Plugs.Streams;
using Vdeorch.Plugs.Taps;
using Vdeorch.Plugs.Wrappers;

namespace Vdeorch.Plugs;

/// <param name="Scheme">As in <see cref="Uvdel.Scheme"/>; what may be written for it is in <see cref="UvdelScheme"/>.</param>
/// <param name="Open">May block (names are resolved, handshakes made). Throws <see cref="Vdeorch.Linux.LinuxException"/> or <see cref="PlugException"/>, and then leaves nothing behind.</param>
public sealed record PlugKind(string Scheme, Func<Uvdel, PlugOpening, IPlug> Open);

/// <summary>The kinds there are.</summary>
public static class PlugKinds
{
    public static readonly ImmutableArray<PlugKind> All =
    [
        AgnoPlug.Kind,
        BondingPlug.Kind,
        CommandPlug.Kind,
        HubPlug.Kind,
        MacvtapPlug.Kind,
        MultiPlug.Kind,
        NullPlug.Kind,
        PcapPlug.Kind,
        PtpPlugs.Kind,
        QemuPlug.Kind,
        SeqPacketPlug.Kind,
        SerialPlug.Kind,
        SlirpPlug.Kind,
        SwitchPlug.Kind,
        TapPlug.Kind,
        UdpPlug.Kind,
        VdePlug.Kind,
        VlanPlug.Kind,
        VxlanPlug.Kind,
        VxvdePlug.Kind,
        VxvdexPlug.Kind,
    ];

    public static PlugKind? Find(string scheme) => All.FirstOrDefault(kind => kind.Scheme == scheme);
}
