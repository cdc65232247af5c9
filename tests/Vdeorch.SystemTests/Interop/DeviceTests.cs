using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>Plugs that are interfaces of the kernel, or lie beside one.</summary>
[Collection(nameof(OverlayTests))]
public class DeviceTests
{
    const string Here = "10.50.0.1";
    const string There = "10.50.0.2";

    public static TheoryData<Tool> Tools => [Tool.Ours, Tool.TheirOwn];

    [Theory, MemberData(nameof(Tools))]
    public async Task PcapReachesTheNetworkAnInterfaceIsOn(Tool tool)
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync("vde_plug");
        await OverlayLab.IpAsync($"-n {lab.Name(2)} addr add {There}/24 dev wire");
        await lab.JoinAsync(1, tool, "t0", Here, "pcap://wire");

        await lab.PingsAsync(1, There);
        await lab.PingsAllAsync(2, Here);
    }

    // Debian's libvdeplug has no macvtap to compare with.
    [Fact]
    public async Task MacvtapReachesTheNetworkItsInterfaceIsOn()
    {
        const string Mac = "02:00:00:00:50:01";
        await using OverlayLab lab = await OverlayLab.MakeAsync("vde_plug");
        await OverlayLab.IpAsync($"-n {lab.Name(2)} addr add {There}/24 dev wire");
        await OverlayLab.IpAsync($"-n {lab.Name(1)} link add link wire name mt0 address {Mac} type macvtap mode bridge");
        await OverlayLab.IpAsync($"-n {lab.Name(1)} link set mt0 up");
        await lab.JoinAsync(1, Tool.Ours, "t0", Here, "macvtap://mt0");
        // It hears what is for its own address alone.
        await OverlayLab.IpAsync($"-n {lab.Name(1)} link set t0 address {Mac}");

        await lab.PingsAsync(1, There);
        await lab.PingsAllAsync(2, Here);
    }
}
