using System.Buffers.Binary;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>agno:// and vlan:// of ours and of Debian, plugged into the same hub.</summary>
public class WrapperTests
{
    const int NoTag = -1;

    [Theory]
    [InlineData("")]
    [InlineData("[ethtype=copy]")]
    [InlineData("[ethtype=ipv4]")]
    [InlineData("[ethtype=ipv6]")]
    [InlineData("[ethtype=rand]")]
    [InlineData("[ethtype=0x1234]")]
    public async Task Check36AgnoIsReadBothWays(string parameters)
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        // An upper-case A counts as 1.
        await File.WriteAllTextAsync(lab["key"], "0A1b-2c3d 4e5f aAbBcCdD eEfF001122\n", TestContext.Current.CancellationToken);
        RealSwitch hub = await lab.SwitchAsync("hub", "-x");
        string locator = $"agno://{lab["key"]}{parameters}{{vde://{hub.Directory}}}";
        LocalEnd theirs = lab.Debian(locator);
        LocalEnd ours = lab.OurEnd(locator);
        await ours.ReachesAsync(theirs);
        await theirs.ReachesAsync(ours);

        foreach (int payload in (int[])[4, 15, 16, 17, 46, 1_488])
        {
            byte[] frame = LocalFrames.Make(14 + payload);
            await theirs.SendAsync(frame);
            Assert.Equal(frame, (await ours.NextAsync())[..frame.Length]);
            await ours.SendAsync(frame);
            Assert.Equal((byte[])[.. frame, .. new byte[Math.Max(0, 60 - frame.Length)]], await theirs.NextAsync());
        }
    }

    [Fact]
    public async Task Check36AgnoOfAnotherKeyIsNotRead()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        await File.WriteAllTextAsync(lab["key"], "00112233445566778899aabbccddeeff", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(lab["other"], "11112233445566778899aabbccddeeff", TestContext.Current.CancellationToken);
        RealSwitch hub = await lab.SwitchAsync("hub", "-x");
        LocalEnd theirs = lab.Debian($"agno://{lab["key"]}{{vde://{hub.Directory}}}");
        LocalEnd ours = lab.OurEnd($"agno://{lab["key"]}{{vde://{hub.Directory}}}");
        LocalEnd stranger = lab.OurEnd($"agno://{lab["other"]}{{vde://{hub.Directory}}}");
        LocalEnd familiar = lab.Debian($"agno://{lab["other"]}{{vde://{hub.Directory}}}");
        await stranger.ReachesAsync(familiar);
        await theirs.ReachesAsync(ours);

        await stranger.SendAsync(LocalFrames.Make(100));
        await familiar.NextAsync();
        byte[] last = LocalFrames.Make(100);
        await theirs.SendAsync(last);

        Assert.Empty(await ours.UntilAsync(last));
    }

    [Theory]
    [InlineData(NoTag, 0x0003)]
    [InlineData(0x0004, NoTag)]
    [InlineData(0x000a, 0x000a)]
    [InlineData(0x000b, 0x000c)]
    [InlineData(0x000c, 0x000b)]
    [InlineData(0x0400, 0x0400)]
    public async Task Check37VlanFollowsTheTables(int here, int there)
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        RealSwitch hub = await lab.SwitchAsync("hub", "-x");
        string locator = $"vlan://3/untag=4/trunk/tag=10:11-12:12-11{{vde://{hub.Directory}}}";
        LocalEnd theirs = lab.Debian(locator);
        LocalEnd ours = lab.OurEnd(locator);
        await ours.ReachesAsync(theirs);
        await theirs.ReachesAsync(ours);
        LocalEnd network = await lab.DebianAsync(hub.Directory);
        byte[] seen = LocalFrames.Make(100);
        byte[] sent = Tagged(seen, here);

        foreach ((LocalEnd from, LocalEnd to) in new[] { (ours, theirs), (theirs, ours) })
        {
            await from.SendAsync(sent);

            // Those of Debian may be longer than they are.
            byte[] expected = Tagged(seen, there);
            Assert.Equal(expected, (await network.NextAsync())[..expected.Length]);
            Assert.Equal(sent, (await to.NextAsync())[..sent.Length]);
        }
        await network.SendAsync(Tagged(seen, there));
        Assert.Equal(sent, await ours.NextAsync());
    }

    [Fact]
    public async Task Check38ChainsUnderstandOneAnother()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        await File.WriteAllTextAsync(lab["key"], "00112233445566778899aabbccddeeff", TestContext.Current.CancellationToken);
        RealSwitch hub = await lab.SwitchAsync("hub", "-x");
        string locator = $"agno://{lab["key"]}[ethtype=copy]{{vlan://5{{vde://{hub.Directory}}}}}";
        LocalEnd theirs = lab.Debian(locator);
        LocalEnd ours = lab.OurEnd(locator);
        await ours.ReachesAsync(theirs);
        await theirs.ReachesAsync(ours);
        LocalEnd network = await lab.DebianAsync(hub.Directory);

        foreach ((LocalEnd from, LocalEnd to) in new[] { (ours, theirs), (theirs, ours) })
        {
            byte[] frame = LocalFrames.Make(94);
            await from.SendAsync(frame);

            Assert.Equal(frame, await to.NextAsync());
            byte[] wire = await network.NextAsync();
            Assert.Equal(114, wire.Length);
            Assert.Equal(Convert.ToHexString([0x81, 0, 0, 5, .. frame[12..14]]), Convert.ToHexString(wire[12..18]));
        }
    }

    static byte[] Tagged(byte[] frame, int tag)
    {
        if (tag == NoTag)
        {
            return frame;
        }
        byte[] tagged = [.. frame[..12], 0x81, 0, 0, 0, .. frame[12..]];
        BinaryPrimitives.WriteUInt16BigEndian(tagged.AsSpan(14), (ushort)tag);
        return tagged;
    }
}
