using Vdeorch.Linux.Taps;
using Vdeorch.Plugs.Taps;

namespace Vdeorch.Plugs.Devices;

/// <summary>A macvtap interface, whose frames come and go on the interface below it. It is made elsewhere (<c>ip link add link eth0 type macvtap</c>), and stays.</summary>
static class MacvtapPlug
{
    public static readonly PlugKind Kind = new("macvtap", (uvdel, _) => new TapPlug(Tap.OpenMacvtap(uvdel.Argument)));
}
