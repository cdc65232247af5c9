using System.Collections.Immutable;
using Vdeorch.Model.Uvdels;
using Xunit;

namespace Vdeorch.UnitTests.Uvdels;

/// <summary>What libvdeplug swallows is said here, and where it stands.</summary>
public class StrictReadingTests
{
    /// <param name="marks">Under the text: <c>^</c> and <c>~</c> where the problem is.</param>
    [Theory]
    [InlineData("/tmp/sw[7",
                "       ^~", "the bracket is not closed")]
    [InlineData("/tmp/sw[7]junk",
                "          ^~~~", "'junk' behind the bracket belongs to nothing")]
    [InlineData("/tmp/sw]",
                "       ^", "the bracket was not opened")]
    [InlineData("/tmp/'sw[7]",
                "     ^~~~~~", "the quote is not closed")]
    [InlineData("/tmp/sw\\",
                "       ^", "nothing follows the backslash")]
    [InlineData("/tmp/sw%00[7]",
                "       ^~~", "%00 would end the value here")]
    [InlineData("/tmp/sw[/port=7]",
                "        ^", "a parameter without a name")]
    [InlineData("/tmp/sw[=5]",
                "        ^~", "a parameter without a name")]
    [InlineData("/tmp/sw[p=7]",
                "        ^~~", "vde:// has no parameter 'p'; did you mean 'port'?")]
    [InlineData("/tmp/sw[m]",
                "        ^", "vde:// has no parameter 'm'; did you mean 'mode'?")]
    [InlineData("/tmp/sw[port=7/port=8]",
                "               ^~~~~~", "'port' stands twice")]
    [InlineData("/tmp/sw[7/port=8]",
                "          ^~~~~~", "the port is given twice")]
    [InlineData("/tmp/sw[mode=999]",
                "        ^~~~~~~~", "mode: '999' is no octal mode")]
    [InlineData("vde:///tmp/sw[7]{null://}",
                "                ^~~~~~~~~", "vde:// takes nothing in braces")]
    [InlineData("slirp://verbose",
                "        ^~~~~~~", "slirp:// takes nothing here, not 'verbose'")]
    [InlineData("slirp:///m=1400",
                "         ^~~~~~", "slirp:// has no parameter 'm'; did you mean 'mtu'?")]
    [InlineData("slirp:///addr=10.9.0.1/24",
                "                       ^~", "slirp:// has no parameter '24'")]
    [InlineData("slirp:///verbose=yes",
                "         ^~~~~~~~~~~", "verbose: takes no value")]
    [InlineData("vxvde://234.0.0.1/port=99999",
                "                  ^~~~~~~~~~", "port: '99999' is no number 1..65535")]
    [InlineData("vxvde://234.0.0.1/vni=16777216",
                "                  ^~~~~~~~~~~~", "vni: '16777216' is no number 0..16777215")]
    [InlineData("vxvde://10.0.0.1",
                "        ^~~~~~~~", "'10.0.0.1' is no multicast address")]
    [InlineData("vxvde://234.0.0.1/ttl=1/",
                "                        ^", "a parameter without a name")]
    [InlineData("ptp://",
                "^~~~~~", "ptp:// needs the path of the socket")]
    [InlineData("udp://10001",
                "      ^~~~~", "'10001' has no '->'")]
    [InlineData("udp://1->2",
                "      ^~~~", "'2' is no remote address:port")]
    [InlineData("vxdve://234.0.0.1",
                "^~~~~", "there is no scheme 'vxdve'; did you mean 'vxvde'? Known: ")]
    [InlineData("nowhere://",
                "^~~~~~~", "there is no scheme 'nowhere'; known: ")]
    [InlineData("libvdeplug:../x://",
                "^~~~~~~~~~~~~~~", "there is no scheme 'libvdeplug:../x'; known: ")]
    [InlineData("libvdeplug:://x",
                "^~~~~~~~~~~", "there is no scheme 'libvdeplug:'; known: ")]
    [InlineData("vlan://4{libvdeplug:a b://}",
                "         ^~~~~~~~~~~~~~", "there is no scheme 'libvdeplug:a b'; known: ")]
    [InlineData("://x",
                "^", "there is no scheme ''; known: ")]
    [InlineData("",
                "^", "it names nothing; write vde:// for the default switch")]
    [InlineData("lan",
                "^~~", "'lan' has no scheme")]
    [InlineData("ptp:///tmp/a\nb",
                "            ^", "it has a control character in it")]
    public void WhatLibvdeplugSwallowsIsAProblemInItsPlace(string text, string marks, string message)
    {
        Assert.Null(UvdelParser.ParseStrict(text, out ImmutableArray<UvdelProblem> problems));
        UvdelProblem problem = Assert.Single(problems);

        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(marks, new string(' ', problem.At.Start) + "^" + new string('~', problem.At.Length - 1));
    }

    [Theory]
    [InlineData("vlan://9999{null://}",
                "       ^~~~", "'9999'")]
    [InlineData("vlan://4{null://",
                "        ^~~~~~~~", "the brace is not closed")]
    [InlineData("vlan://4{null://}junk",
                "                 ^~~~", "'junk' behind the brace belongs to nothing")]
    [InlineData("vlan://4",
                "       ^", "vlan:// needs a locator in braces")]
    [InlineData("vlan://4{}",
                "         ^", "it names nothing")]
    [InlineData("vlan://4{ptp://}",
                "         ^~~~~~", "ptp:// needs the path")]
    [InlineData("agno://{vde:///tmp/sw[m=4]}",
                "                      ^~~", "vde:// has no parameter 'm'")]
    public void WhatIsNestedIsLookedIntoAsWell(string text, string marks, string message) => WhatLibvdeplugSwallowsIsAProblemInItsPlace(text, marks, message);

    [Theory]
    [InlineData("libvdeplug:vde:///tmp/sw[port=3]", "libvdeplug:vde", "/tmp/sw[port=3]")]
    [InlineData("libvdeplug:null://", "libvdeplug:null", "")]
    [InlineData("libvdeplug:my-plug_2://a://{b}%41", "libvdeplug:my-plug_2", "a://{b}%41")]
    public void WhatAPluginOfLibvdeplugTakesIsItsOwnBusiness(string text, string scheme, string argument)
    {
        Uvdel? read = UvdelParser.ParseStrict(text, out ImmutableArray<UvdelProblem> problems);

        Assert.Empty(problems);
        Assert.Equal((scheme, argument, text), (read!.Scheme, read.Argument, read.ToString()));
        Assert.Equal((9216, 0), (UvdelRoom.Mtu(read), UvdelRoom.Overhead(read)));
    }

    [Theory]
    [InlineData("frob://", "libvdeplug:frob://…")]
    [InlineData("a b://", "libvdeplug:NAME://…")]
    public void AnUnknownSchemeIsToldHowAPluginOfLibvdeplugIsWritten(string text, string form)
    {
        Assert.Null(UvdelParser.ParseStrict(text, out ImmutableArray<UvdelProblem> problems));
        Assert.EndsWith($"a plugin of the system's libvdeplug is written {form}", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllProblemsAreSaidInTheOrderTheyStand()
    {
        Assert.Null(UvdelParser.ParseStrict("vxvde://10.0.0.1/port=0/ttl=256/frob", out ImmutableArray<UvdelProblem> problems));

        Assert.Equal([8, 17, 24, 32], problems.Select(problem => problem.At.Start));
    }

    [Fact]
    public void EverySchemesExampleIsRight() =>
        Assert.All(UvdelSchemes.All, scheme =>
        {
            Uvdel? read = UvdelParser.ParseStrict(scheme.Example, out ImmutableArray<UvdelProblem> problems);
            Assert.Empty(problems);
            Assert.Equal(scheme.Name, read!.Scheme);
        });

    [Fact]
    public void ATowerOfBracesIsRefusedAndNotClimbed()
    {
        string text = string.Concat(Enumerable.Repeat("vlan://4{", 50_000));

        Assert.Null(UvdelParser.ParseStrict(text, out ImmutableArray<UvdelProblem> problems));
        Assert.NotEmpty(problems);
        Assert.Null(UvdelParser.ParseCompatible($"{text}null://{new string('}', 50_000)}", new UvdelDisk(), out UvdelProblem? problem));
        Assert.Contains("nested more than 16 deep", problem!.Message, StringComparison.Ordinal);
    }
}
