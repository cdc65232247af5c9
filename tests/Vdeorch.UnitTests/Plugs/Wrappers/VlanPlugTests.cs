using CsCheck;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Wrappers;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Wrappers;

public sealed class VlanPlugTests : IDisposable
{
    const string Untagged = "";

    readonly WirePlug wire = new();

    public void Dispose() => wire.Dispose();

    [Theory]
    [InlineData("vlan://3/untag=4/tag=10:11-12:12-11", "", "0003")]
    [InlineData("vlan://3/untag=4/tag=10:11-12:12-11", "e004", "")]
    [InlineData("vlan://3/untag=4/tag=10:11-12:12-11", "000a", "000a")]
    [InlineData("vlan://3/untag=4/tag=10:11-12:12-11", "f00b", "f00c")]
    [InlineData("vlan://3/untag=4/tag=10:11-12:12-11", "000c", "000b")]
    [InlineData("vlan://3/untag=4/tag=10:11-12:12-11", "000d", null)]
    [InlineData("vlan://3/untag=4/tag=10:11-12:12-11", "0000", null)]
    [InlineData("vlan://3/untag=4/trunk/tag=11-12", "000d", "000d")]
    [InlineData("vlan://3/untag=4/trunk/tag=11-12", "000b", "000c")]
    [InlineData("vlan://3/untag=4/trunk", "0001", null)]
    [InlineData("vlan://3/untag=4/trunk", "0fff", null)]
    [InlineData("vlan://0", "", "")]
    [InlineData("vlan://0", "a000", "")]
    [InlineData("vlan://", "0005", null)]
    [InlineData("vlan://0/untag=4", "", null)]
    [InlineData("vlan://4095", "", null)]
    [InlineData("vlan://5/tag=2", "0002", "0002")]
    [InlineData("vlan://5/tag=2.3", "0003", "0003")]
    [InlineData("vlan://0x10", "", "0010")]
    public void WhatGoesOutHasTheNetworksTags(string locator, string tag, string? expected) =>
        Assert.Equal(expected, Tag(Plug(locator).Sends(wire, Frame(tag))));

    [Theory]
    [InlineData("vlan://3/untag=4/tag=10:11-12:12-11", "2003", "")]
    [InlineData("vlan://3/untag=4/tag=10:11-12:12-11", "", "0004")]
    [InlineData("vlan://3/untag=4/tag=10:11-12:12-11", "f00c", "f00b")]
    [InlineData("vlan://3/untag=4/tag=10:11-12:12-11", "000d", null)]
    [InlineData("vlan://3/trunk", "000d", "000d")]
    [InlineData("vlan://3/trunk", "", null)]
    [InlineData("vlan://0", "0000", "")]
    [InlineData("vlan://0", "", "")]
    [InlineData("vlan://0/untag=4", "", "0004")]
    public void WhatComesInHasTheTagsOfThisSide(string locator, string tag, string? expected) =>
        Assert.Equal(expected, Tag(Plug(locator).Receives(wire, Frame(tag)).SingleOrDefault()));

    [Fact]
    public void ServiceTagsGoOutsideOthers()
    {
        byte[]? sent = Plug("vlan://7/qinq").Sends(wire, Frame("0005"));

        Assert.Equal("88A8000781000005", Convert.ToHexString(sent.AsSpan(12, 8)));
    }

    [Fact]
    public void WhatLibvdeplugLeftBehindAPacketIsCutOff()
    {
        byte[] packet = new Offloading.TcpPacket { Tags = 1, Payload = new byte[500] }.ToFrame();
        byte[] tooLong = new byte[9_234];
        packet.CopyTo(tooLong, 0);

        Assert.Equal([packet], Plug("vlan://3/trunk").Receives(wire, tooLong));
    }

    [Fact]
    public void TheFramesThatPassKeepTheirOrder()
    {
        byte[][] frames = [.. Enumerable.Range(0, 150).Select(i => Frame(i % 3 == 0 ? "0003" : i % 3 == 1 ? "0009" : "000a", (byte)i))];

        byte[][] received = Plug("vlan://3/tag=10").Receives(wire, frames);

        Assert.Equal(Enumerable.Range(0, 150).Where(i => i % 3 != 1).Select(i => (byte)i), received.Select(frame => frame[^1]));
    }

    [Fact]
    public void TheChecksumLeftToDoMovesWithTheTag()
    {
        WirePlug tap = new() { CarriesOffloads = true };
        VlanPlug plug = new(tap, Options("vlan://5"));
        FrameBatch batch = Offloading.OffloadsTests.Batch(new Offloading.TcpPacket { Payload = new byte[3_000] }.ToSuperFrame(1_000));
        byte[] before = batch.HeaderAndFrame(0).ToArray();

        Offloads.Send(plug, batch, [0]);

        Assert.Equal(before.Length - VirtioNetHeader.Bytes + 4, Assert.Single(tap.Sent).Length);
        Assert.Equal(before, batch.HeaderAndFrame(0).ToArray());
    }

    [Fact]
    public void GarbagePassesOrDoesNot() =>
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Bool).Sample((garbage, tagged) =>
        {
            WirePlug network = new();
            VlanPlug plug = new(network, Options("vlan://3/untag=4/trunk"));
            if (tagged && garbage.Length > 13)
            {
                (garbage[12], garbage[13]) = (0x81, 0);
            }

            plug.Sends(network, garbage);
            plug.Receives(network, garbage);
        });

    VlanPlug Plug(string locator) => new(wire, Options(locator));

    static VlanOptions Options(string locator) =>
        VlanOptions.From(UvdelParser.ParseCompatible($"{locator}{{null://}}", new NoFiles(), out _)!);

    static byte[] Frame(string tag, byte last = 9) =>
        Convert.FromHexString($"020000000002020000000001{(tag.Length > 0 ? $"8100{tag}" : "")}88b5{new string('0', 84)}{last:x2}");

    static string? Tag(byte[]? frame) => frame is null ? null : frame[12] == 0x81 ? Convert.ToHexStringLower(frame.AsSpan(14, 2)) : frame.Length == 57 ? Untagged : "?";

    sealed class NoFiles : IUvdelFiles
    {
        public string? Home => null;

        public bool Exists(string path) => false;

        public string? FirstLine(string path) => null;
    }
}
