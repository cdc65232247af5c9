using System.Collections.Immutable;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;
using Xunit;

namespace Vdeorch.UnitTests.Uvdels;

/// <summary>Numbers as strtol has them on command lines, and as people mean them in files.</summary>
public class UvdelValuesTests
{
    [Theory]
    [InlineData("7abc", 10, 7)]
    [InlineData(" \t+7", 10, 7)]
    [InlineData("-7", 10, -7)]
    [InlineData("abc", 10, 0)]
    [InlineData("", 10, 0)]
    [InlineData("010", 10, 10)]
    [InlineData("010", 0, 8)]
    [InlineData("0x1Fz", 0, 31)]
    [InlineData("0xz", 0, 0)]
    [InlineData("0x10", 10, 0)]
    [InlineData("089", 0, 0)]
    [InlineData("0668", 8, 0x36)]
    [InlineData("99999999999999999999999999999999999999999999", 10, long.MaxValue)]
    public void APrefixIsReadAsStrtolDoes(string text, int radix, long number) => Assert.Equal(number, UvdelValues.Prefix(text, radix));

    [Theory]
    [InlineData("512k", 512 * 1024)]
    [InlineData("0x10k", 16 * 1024)]
    [InlineData("010", 8)]
    [InlineData("2kk", 2 * 1024 * 1024)]
    [InlineData("3z", 3)]
    [InlineData("k", -1)]
    public void ASizeIsANumberAndWhatMultipliesIt(string text, int bytes) => Assert.Equal(bytes, UvdelValues.Size(text, -1));

    [Theory]
    [InlineData("vxlan:///vni=7abc", "vxlan:///vni=7")]
    [InlineData("vxlan:///vni=abc", "vxlan:///vni=0")]
    [InlineData("vxlan:///port=99999/ttl=3", "vxlan:///ttl=3")]
    [InlineData("vxlan:///v=9/v6=yes/vni=8", "vxlan:///v6/vni=8")]
    [InlineData("vxvde:///rcvbuf=2kz", "vxvde:///rcvbuf=2048")]
    [InlineData("vlan://9999{null://}", "vlan://1807{null://}")]
    [InlineData("vlan://010/u=0/t=1.07.12x-13{null://}", "vlan://8/t=7.12-13{null://}")]
    [InlineData("agno://[ethtype=0x800 ]{null://}", "agno://[ethtype=0x800]{null://}")]
    [InlineData("slirp://gone/mtu=1400bytes", "slirp:///mtu=1400")]
    [InlineData("vde:///tmp/sw[7/port=8/mode=0669]", "vde:///tmp/sw[port=8/mode=66]")]
    [InlineData("hub:///tmp/h[expiretime=-1/mode=66]", "hub:///tmp/h[mode=66]")]
    [InlineData("vdesl:///dev/ttyS0[speed=9600baud]", "vdesl:///dev/ttyS0[speed=9600]")]
    public void WhatThePlugMakesOfALocatorCanBeWritten(string text, string effective)
    {
        Uvdel read = UvdelParser.ParseCompatible(text, new UvdelDisk(), out _)!;

        Assert.Equal(effective, UvdelEffect.Of(read).ToString());
        _ = UvdelParser.ParseStrict(effective, out ImmutableArray<UvdelProblem> problems);
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("7abc")]
    [InlineData("+7")]
    [InlineData(" 7")]
    [InlineData("")]
    [InlineData("16777216")]
    public void InFilesANumberIsAWholeOneInItsRange(string vni)
    {
        Assert.Null(UvdelParser.ParseStrict($"vxlan:///vni={vni}", out ImmutableArray<UvdelProblem> problems));
        Assert.Equal((9, $"vni: '{vni}' is no number 0..16777215"), (problems[0].At.Start, problems[0].Message));
    }

    [Fact]
    public void InFilesNothingIsOctalUnawares() => Assert.Null(UvdelParser.ParseStrict("vlan://010{null://}", out _));

    [Theory]
    [InlineData("vni=7abc", 7)]
    [InlineData("vni=16777216", 1)]
    [InlineData("vni=", 1)]
    public void TheOptionsAreReadAlike(string parameter, int vni) =>
        Assert.Equal(vni, VxlanOptions.From(UvdelParser.ParseCompatible($"vxlan:///{parameter}", new UvdelDisk(), out _)!).Vni);
}
