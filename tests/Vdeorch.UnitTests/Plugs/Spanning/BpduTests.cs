using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Spanning;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Spanning;

public class BpduTests
{
    // What vde_switch 2.3.2 with --macaddr 00:ff:00:00:00:01 said at port 9.
    const string First = "0180c200000000ff000000010027424203000002023c800000ff0000000100000000800000ff000000018009000028000400000000";
    const string Hello = "0180c200000000ff000000010027424203000002027c800000ff0000000100000000800000ff000000018009000028000400000000";

    static readonly BridgeId s_switch = new(0x8000, Mac("00:ff:00:00:00:01"));

    [Theory]
    [InlineData(First, false)]
    [InlineData(Hello, true)]
    public void WhatVdeSwitchSaysIsReadAndWrittenAsItWas(string frame, bool hasAgreed)
    {
        Assert.True(Bpdu.TryRead(Convert.FromHexString(frame), out Bpdu read));

        Assert.Equal(new Bpdu(null, new PathToRoot(s_switch, 0, s_switch, 0x8009), SpanningRole.Designated, SpanningStatus.Forwarding, 0) { HasAgreed = hasAgreed }, read);
        Assert.Equal(frame, Convert.ToHexStringLower(read.Write()));
    }

    [Fact]
    public void AFrameWithATagIsFourBytesLongerAndSaysTheSameOfAnotherVlan()
    {
        Bpdu untagged = new(null, new PathToRoot(s_switch, 20_000_000, new BridgeId(1, Mac("02:00:00:00:00:09")), 0x8001), SpanningRole.Root, SpanningStatus.Discarding, 0x0102) { HasChanged = true };
        byte[] tagged = (untagged with { Tag = 10 }).Write();

        Assert.Equal(57, tagged.Length);
        Assert.Equal("8100000a", Convert.ToHexStringLower(tagged[12..16]));
        Assert.Equal(untagged.Write()[12..], tagged[16..]);
        // Times are the lowest byte first: age, 40 s, 4 s.
        Assert.Equal("020128000400", Convert.ToHexStringLower(tagged[48..54]));
        Assert.True(Bpdu.TryRead(tagged, out Bpdu read));
        Assert.Equal(untagged with { Tag = 10 }, read);
    }

    [Theory]
    [InlineData(1, 0x8001)]
    [InlineData(9, 0x8009)]
    [InlineData(255, 0x8fff)]
    [InlineData(256, 0x9000)]
    public void APortIsWrittenAsVdeSwitchWritesIt(int number, int id) => Assert.Equal(id, Bpdu.PortId(number));

    [Fact]
    public void NoTwoPortsAreWrittenAlike() =>
        Assert.Equal(16_384, Enumerable.Range(0, 16_384).Select(Bpdu.PortId).Distinct().Count());

    [Fact]
    public void OnlyWhatIsForSwitchesIsTakenAndWithATagOnlyByThoseThatLookAtTags()
    {
        byte[] untagged = Convert.FromHexString(Hello);
        Assert.True(Bpdu.TryRead(untagged, out Bpdu read));
        byte[] tagged = (read with { Tag = 10 }).Write();

        Assert.True(Bpdu.IsFor(untagged, looksAtTags: false));
        Assert.True(Bpdu.IsFor(untagged, looksAtTags: true));
        Assert.True(Bpdu.IsFor(tagged, looksAtTags: true));
        Assert.False(Bpdu.IsFor(tagged, looksAtTags: false));
        byte[] lldp = [.. untagged];
        lldp[5] = 0x0e;
        Assert.False(Bpdu.IsFor(lldp, looksAtTags: true));
        byte[] other = [.. untagged];
        other[14] = 0xaa;
        Assert.False(Bpdu.IsFor(other, looksAtTags: true));
    }

    [Fact]
    public void NoBytesAreTooOdd()
    {
        Random random = new(1);
        byte[] good = Convert.FromHexString(Hello);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] frame = [.. good, .. new byte[random.Next(8)]];
            for (int change = random.Next(6); change > 0; change--)
            {
                frame[random.Next(frame.Length)] = random.Next(3) == 0 ? (byte)0x81 : (byte)random.Next(256);
            }
            frame = frame[..random.Next(frame.Length + 1)];
            if (Bpdu.TryRead(frame, out Bpdu read))
            {
                Assert.True(Bpdu.TryRead(read.Write(), out Bpdu again));
                Assert.Equal(read, again);
            }
        }
    }

    static MacAddress Mac(string text) => MacAddress.TryParse(text, out MacAddress mac) ? mac : throw new ArgumentException(text);
}
