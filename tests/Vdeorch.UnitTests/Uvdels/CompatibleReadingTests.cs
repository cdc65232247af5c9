using Vdeorch.Model.Uvdels;
using Xunit;

namespace Vdeorch.UnitTests.Uvdels;

/// <summary>Locators as libvdeplug reads them, each confirmed with its binaries.</summary>
public class CompatibleReadingTests
{
    [Theory]
    [InlineData("/tmp/%73w1[13]", "vde:///tmp/sw1[13]")]
    [InlineData("'/tmp/sw1'[14]", "vde:///tmp/sw1[14]")]
    [InlineData(@"/tmp/s\w1[15]", "vde:///tmp/sw1[15]")]
    [InlineData("\"/tmp/sw1\"[16]", "vde:///tmp/sw1[16]")]
    [InlineData("/tmp/sw1[/port=7]", "vde:///tmp/sw1[port=7]")]
    [InlineData("/tmp/sw1[7", "vde:///tmp/sw1[7]")]
    [InlineData("/tmp/sw1[7]junk", "vde:///tmp/sw1[7]")]
    [InlineData("/tmp/sw1[port=7]", "vde:///tmp/sw1[port=7]")]
    [InlineData("/tmp/sw1[p=7]", "vde:///tmp/sw1[port=7]")]
    [InlineData("/tmp/sw1['7']", "vde:///tmp/sw1[7]")]
    [InlineData("/tmp/sw1[=5]", "vde:///tmp/sw1")]
    [InlineData("/tmp/sw1[]", "vde:///tmp/sw1")]
    [InlineData("/tmp/sw1[7/m=600]", "vde:///tmp/sw1[7/mode=600]")]
    [InlineData("/tmp/sw1[7/8]", "vde:///tmp/sw1[7/8]")]
    [InlineData("/tmp/sw1[a]b]", "vde:///tmp/sw1[a%5db]")]
    [InlineData("vde://", "vde://")]
    [InlineData("", "vde://")]
    [InlineData("/tmp/'it s'", "vde:///tmp/it s")]
    [InlineData(@"/tmp/'a\b%41'", "vde:///tmp/a%5cb%2541")]
    [InlineData(@"/tmp/\%41", "vde:///tmp/%2541")]
    [InlineData("/tmp/%zz", "vde:///tmp/%25zz")]
    [InlineData("/tmp/%%41", "vde:///tmp/%25A")]
    [InlineData("/tmp/%2541", "vde:///tmp/%2541")]
    [InlineData("/tmp/sw%00x[7]", "vde:///tmp/sw[7]")]
    [InlineData("/tmp/'sw[7]", "vde:///tmp/sw%5b7%5d")]
    [InlineData("/tmp/sw\\", "vde:///tmp/sw")]
    [InlineData("slirp:///m=1400", "slirp:///mtu=1400")]
    [InlineData("slirp:///verbose", "slirp:///verbose")]
    [InlineData("slirp://verbose", "slirp://verbose")]
    [InlineData("slirp:///addr='10.9.0.1/16'", "slirp:///addr=10.9.0.1%2f16")]
    [InlineData("slirp:///addr=10.9.0.1%2f20", "slirp:///addr=10.9.0.1%2f20")]
    [InlineData(@"slirp:///addr=10.9.0.1\/20", "slirp:///addr=10.9.0.1%2f20")]
    [InlineData("slirp:////v4//", "slirp:///v4")]
    [InlineData("ptp://'a'[b]%41", "ptp://'a'[b]%41")]
    [InlineData("ptp://", "ptp://")]
    [InlineData("udp://1->[::1]:2", "udp://1->[::1]:2")]
    [InlineData("cmd://ssh host 'vde_plug vde:///x'", "cmd://ssh host 'vde_plug vde:///x'")]
    [InlineData("nowhere://a/b{c}", "nowhere://a/b{c}")]
    [InlineData("/a://b", "/a://b")]
    [InlineData("://b", "://b")]
    public void ALocatorIsReadAsLibvdeplugReadsIt(string text, string canonical)
    {
        Uvdel? read = UvdelParser.ParseCompatible(text, new UvdelDisk(), out UvdelProblem? problem);

        Assert.Null(problem);
        Assert.Equal(canonical, read!.ToString());
        Assert.Equal(read, UvdelParser.ParseCompatible(canonical, new UvdelDisk(), out _));
    }

    [Theory]
    [InlineData("vlan://4{null://}", "vlan://4{null://}")]
    [InlineData("vlan://4{null://", "vlan://4{null://}")]
    [InlineData("vlan://4{null://}junk", "vlan://4{null://}")]
    [InlineData("vlan://4", "vlan://4{vde://}")]
    [InlineData("vlan://4{}", "vlan://4{vde://}")]
    [InlineData("vlan://4{/tmp/sw[7]}", "vlan://4{vde:///tmp/sw[7]}")]
    [InlineData("vlan://4{vde://'/tmp/a}b'}", "vlan://4{vde:///tmp/a%7db}")]
    [InlineData("agno:///k[ethtype=copy]{vlan://5{null://}}", "agno:///k[ethtype=copy]{vlan://5{null://}}")]
    [InlineData("vlan://4{agno://{vxvde://234.0.0.1}}", "vlan://4{agno://{vxvde://234.0.0.1}}")]
    [InlineData("vlan://4{agno://{vxvde://234.0.0.1", "vlan://4{agno://{vxvde://234.0.0.1}}")]
    public void NestingIsCutFromOutsideIn(string text, string canonical)
    {
        Assert.Equal(canonical, UvdelParser.ParseCompatible(text, new UvdelDisk(), out UvdelProblem? problem)?.ToString());
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("slirp:///addr=10.9.0.1/24", "24", 23)]
    [InlineData("/tmp/sw[7/x=8]", "x", 10)]
    [InlineData("slirp:///MTU=1400", "MTU", 9)]
    [InlineData("vxvde:///vni=7/hops=2", "hops", 15)]
    public void AnUnknownKeyIsTheOneThingThatFails(string text, string key, int at)
    {
        Assert.Null(UvdelParser.ParseCompatible(text, new UvdelDisk(), out UvdelProblem? problem));
        Assert.Equal($"unknown key: {key}", problem!.Message);
        Assert.Equal(at, problem.At.Start);
    }

    [Fact]
    public void TheLastOfARepeatedKeyWins() =>
        Assert.Equal("1500", UvdelParser.ParseCompatible("slirp:///mtu=1400/mtu=1500", new UvdelDisk(), out _)!.Find("mtu"));

    [Theory]
    [InlineData("/etc/net", "tap://tap0\n", "tap://tap0")]
    [InlineData("/etc/net", "tap://tap0", "tap://tap")]
    [InlineData("/etc/net", "/tmp/sw[7]\n", "vde:///tmp/sw[7]")]
    [InlineData("/etc/net", "/etc/net\n", "vde:///etc/net")]
    [InlineData("/etc/net", "\n", "vde://")]
    [InlineData("/etc/net", "", "vde:///etc/net")]
    [InlineData("relative", "null://\n", "null://")]
    [InlineData("vde:///etc/net", "tap://tap0\n", "vde:///etc/net")]
    public void AFileStandsForItsFirstLineWithoutTheLastByte(string text, string line, string canonical) =>
        Assert.Equal(canonical, UvdelParser.ParseCompatible(text, new UvdelDisk(("/etc/net", line), ("relative", line)), out _)!.ToString());

    [Fact]
    public void AFileWithAPortBehindItsNameIsNoFile() =>
        Assert.Equal("vde:///etc/net[3]", UvdelParser.ParseCompatible("/etc/net[3]", new UvdelDisk(("/etc/net", "tap://tap0\n")), out _)!.ToString());

    [Fact]
    public void NothingIsTheFirstOfTheHomesDefaultsThatIsThere()
    {
        (string, string) first = ("/home/a/.vdeplug/default", "tap://tap0\n");
        string second = "/home/a/.vde2/default.switch";

        Assert.Equal("tap://tap0", Read("", new UvdelDisk(first) { Home = "/home/a", Taken = [second] }));
        Assert.Equal($"vde://{second}", Read("", new UvdelDisk() { Home = "/home/a", Taken = [second] }));
        Assert.Equal("vde://", Read("", new UvdelDisk() { Home = "/home/a" }));
        Assert.Equal("vde://", Read("", new UvdelDisk(first) { Taken = [second] }));
        Assert.Equal("vde://", Read("vde://", new UvdelDisk(first) { Home = "/home/a", Taken = [second] }));
    }

    static string? Read(string text, UvdelDisk disk) => UvdelParser.ParseCompatible(text, disk, out _)?.ToString();
}
