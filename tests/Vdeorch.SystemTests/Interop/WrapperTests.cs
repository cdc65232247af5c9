using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
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
        (LocalEnd theirs, LocalEnd ours) = await OppositeAsync(lab, hub, locator);

        foreach (int payload in (int[])[0, 1, 4, 15, 16, 17, 46, 1_488])
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

    [Fact]
    public async Task Check36AgnoTakesStampsOfTwoSecondsAgoToOneAhead()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        AgnoForger forger = await AgnoForger.WithKeyAsync(lab["key"]);
        (LocalEnd theirs, LocalEnd ours, LocalEnd network) = await BesideAForgerAsync(lab);
        int[] offsets = [-3, -2, -1, 0, 1, 2];

        // Both look at their own clocks: a round within one second counts.
        bool isOneSecond;
        int[] taken = [];
        int[] takenByThem = [];
        do
        {
            // time(2), which the plugin asks, is behind by a tick of the kernel.
            await Wait.UntilAsync("a second is young", () => DateTimeOffset.UtcNow.Millisecond is > 50 and < 300);
            long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            byte[][] plain = [.. offsets.Select(_ => LocalFrames.Make(100))];
            byte[] last = LocalFrames.Make(100);
            await network.SendAsync([.. plain.Zip(offsets, (frame, offset) => forger.Seal(frame, now + offset)), forger.Seal(last, now)]);
            List<byte[]> here = await ours.UntilAsync(last);
            List<byte[]> there = await theirs.UntilAsync(last);
            isOneSecond = DateTimeOffset.UtcNow.ToUnixTimeSeconds() == now;
            taken = [.. offsets.Where((_, i) => here.Any(frame => frame.AsSpan().SequenceEqual(plain[i])))];
            takenByThem = [.. offsets.Where((_, i) => there.Any(frame => frame.AsSpan().SequenceEqual(plain[i])))];
        }
        while (!isOneSecond);

        Assert.Equal([-2, -1, 0, 1], taken);
        Assert.Equal(takenByThem, taken);
    }

    [Fact]
    public async Task Check36AgnoOfABadTagIsIgnored()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        AgnoForger forger = await AgnoForger.WithKeyAsync(lab["key"]);
        (LocalEnd theirs, LocalEnd ours, LocalEnd network) = await BesideAForgerAsync(lab);
        byte[] last = LocalFrames.Make(100);

        await network.SendAsync(
            forger.Seal(LocalFrames.Make(100), tag: "agnp"),
            forger.Seal(LocalFrames.Make(100), tag: "AGNO"),
            LocalFrames.Make(100),
            forger.Seal(last));
        Assert.Empty(await ours.UntilAsync(last));
        Assert.Empty(await theirs.UntilAsync(last));

        // Too short to have a header: Debian's may end of it.
        byte[] later = LocalFrames.Make(100);
        await network.SendAsync(forger.Seal(LocalFrames.Make(100))[..29], forger.Seal(later));
        Assert.Empty(await ours.UntilAsync(later));
    }

    [Theory]
    [InlineData("", 0xa6de)]
    [InlineData("[ethtype=copy]", 0x88b5)]
    [InlineData("[ethtype=ipv4]", 0x0800)]
    [InlineData("[ethtype=ipv6]", 0x86dd)]
    [InlineData("[ethtype=0x1234]", 0x1234)]
    public async Task Check36AgnoIsWrittenAsItIsThere(string parameters, int type)
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        AgnoForger forger = await AgnoForger.WithKeyAsync(lab["key"]);
        (LocalEnd theirs, LocalEnd ours, LocalEnd network) = await BesideAForgerAsync(lab, parameters);
        byte[] frame = LocalFrames.Make(60);

        foreach (LocalEnd from in new[] { theirs, ours })
        {
            await from.SendAsync(frame);
            byte[] wire = await network.NextAsync();
            byte[] header = forger.HeaderOf(wire);

            Assert.Equal(78, wire.Length);
            Assert.Equal(frame[..12], wire[..12]);
            Assert.Equal(type, BinaryPrimitives.ReadUInt16BigEndian(wire.AsSpan(12)));
            // 46 bytes of payload are 48 in blocks.
            Assert.Equal([0x88, 0xb5, 2, 0, .. "agno"u8], header[..8]);
            Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8)), 0, 2);
            Assert.Equal(frame, forger.Open(wire));
        }
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
        (LocalEnd theirs, LocalEnd ours) = await OppositeAsync(lab, hub, locator);
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
        (LocalEnd theirs, LocalEnd ours) = await OppositeAsync(lab, hub, locator);
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

    /// <summary>Debian's and ours with that locator, each of which hears the other; Debian's has the hub's first port.</summary>
    static async Task<(LocalEnd Theirs, LocalEnd Ours)> OppositeAsync(LocalLab lab, RealSwitch hub, string locator)
    {
        LocalEnd theirs = lab.Debian(locator);
        await hub.HasAsync(1);
        LocalEnd ours = lab.OurEnd(locator);
        await ours.ReachesAsync(theirs);
        await theirs.ReachesAsync(ours);
        return (theirs, ours);
    }

    /// <summary>Debian's and ours with the key of that name, on a hub with somebody who sees and sends what is on it.</summary>
    static async Task<(LocalEnd Theirs, LocalEnd Ours, LocalEnd Network)> BesideAForgerAsync(LocalLab lab, string parameters = "")
    {
        RealSwitch hub = await lab.SwitchAsync("hub", "-x");
        string locator = $"agno://{lab["key"]}{parameters}{{vde://{hub.Directory}}}";
        (LocalEnd theirs, LocalEnd ours) = await OppositeAsync(lab, hub, locator);
        return (theirs, ours, await lab.DebianAsync(hub.Directory));
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

/// <summary>agno frames made and read by the test, from the description of the format: neither implementation is asked.</summary>
sealed class AgnoForger(byte[] key)
{
    const int EthernetBytes = 14;
    const int BlockBytes = 16;

    public static async Task<AgnoForger> WithKeyAsync(string path)
    {
        byte[] key = RandomNumberGenerator.GetBytes(BlockBytes);
        await File.WriteAllTextAsync(path, Convert.ToHexStringLower(key), TestContext.Current.CancellationToken);
        return new AgnoForger(key);
    }

    /// <param name="time">Unix time of its stamp; null: now.</param>
    public byte[] Seal(byte[] frame, long? time = null, string tag = "agno")
    {
        int payload = frame.Length - EthernetBytes;
        int padding = -payload & 0xf;
        byte[] header = new byte[BlockBytes];
        frame.AsSpan(12, 2).CopyTo(header);
        header[2] = (byte)padding;
        Encoding.ASCII.GetBytes(tag).CopyTo(header, 4);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), (uint)(time ?? DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
        RandomNumberGenerator.Fill(header.AsSpan(12));
        using Aes aes = Aes.Create();
        aes.Key = key;
        return
        [
            .. frame[..12], 0xa6, 0xde, .. aes.EncryptEcb(header, PaddingMode.None),
            .. aes.EncryptCbc((byte[])[.. frame[EthernetBytes..], .. new byte[padding]], header, PaddingMode.None),
        ];
    }

    public byte[] HeaderOf(byte[] wire)
    {
        using Aes aes = Aes.Create();
        aes.Key = key;
        return aes.DecryptEcb(wire.AsSpan(EthernetBytes, BlockBytes), PaddingMode.None);
    }

    public byte[] Open(byte[] wire)
    {
        byte[] header = HeaderOf(wire);
        using Aes aes = Aes.Create();
        aes.Key = key;
        byte[] payload = aes.DecryptCbc(wire.AsSpan(EthernetBytes + BlockBytes), header, PaddingMode.None);
        return [.. wire[..12], .. header[..2], .. payload[..^header[2]]];
    }
}
