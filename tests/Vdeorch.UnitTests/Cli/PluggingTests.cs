using Vdeorch.Cli.Plugging;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

/// <summary>The lines that `plug` and `ns` read themselves.</summary>
public class PluggingTests
{
    [Theory]
    [InlineData("", "uvdel: | standard")]
    [InlineData("/tmp/sw", "uvdel:/tmp/sw | standard")]
    [InlineData("a b", "uvdel:a | uvdel:b")]
    [InlineData("= cmd", "uvdel: | = cmd")]
    [InlineData("a =", "uvdel:a | uvdel:=")]
    [InlineData("=", "uvdel:= | standard")]
    [InlineData("a = ssh -p 22 host", "uvdel:a | = ssh -p 22 host")]
    [InlineData("= sh -c x", "uvdel: | = sh -c x")]
    [InlineData("-- -a b", "uvdel:-a | uvdel:b")]
    [InlineData("-dp pid a", "uvdel:a | standard")]
    [InlineData("--pidfile=x --daemon a = -d", "uvdel:a | = -d")]
    public void TheEndsOfACableAreThoseOfVdePlug(string line, string ends)
    {
        PlugLine read = PlugLine.Of(ParsedLine.Read(Words(line), PlugLine.Options), out string? problem)!;

        Assert.Null(problem);
        Assert.Equal(ends, string.Join(" | ", read.Ends.Select(end => end.Uvdel is { } text ? $"uvdel:{text}" : end == PlugEnd.Standard ? "standard" : end.Subject)));
    }

    [Fact]
    public void OptionsBelongToTheFirstOrTheSecondPlug()
    {
        PlugLine read = PlugLine.Of(ParsedLine.Read(Words("-m 770 -g video --port 3 -M 0700 --group2=audio --port2 4 -D hello a b"), PlugLine.Options), out _)!;

        Assert.Equal((504, "video", 3), (read.Ends[0].Mode, read.Ends[0].Group, read.Ends[0].Port));
        Assert.Equal((448, "audio", 4), (read.Ends[1].Mode, read.Ends[1].Group, read.Ends[1].Port));
        Assert.Equal("hello", read.Description);
    }

    [Theory]
    [InlineData("a b c", "is neither one nor two locators")]
    [InlineData("--port 0 a", "--port: '0' is not a port")]
    [InlineData("-m 9 a", "--mod: '9' is not a mode")]
    [InlineData("--pidfle x", "unknown option '--pidfle'; did you mean '--pidfile'?")]
    [InlineData("-x a", "unknown option '-x'")]
    [InlineData("-p", "--pidfile needs a value")]
    [InlineData("--daemon=yes a", "--daemon takes no value")]
    [InlineData("--p x", "may be '--pidfile' or '--port'")]
    public void AMistakeIsSaid(string line, string said)
    {
        Assert.Null(PlugLine.Of(ParsedLine.Read(Words(line), PlugLine.Options), out string? problem));
        Assert.Contains(said, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a cmd -x", "a", "cmd -x")]
    [InlineData("a", "a", "/bin/sh")]
    [InlineData("a b -- cmd -x", "a b", "cmd -x")]
    [InlineData("-m a b", "a b", "/bin/sh")]
    [InlineData("-m a b -- cmd -- y", "a b", "cmd -- y")]
    [InlineData("-- cmd -x", "", "cmd -x")]
    [InlineData("-", "", "/bin/sh")]
    [InlineData("no cmd", "", "cmd")]
    [InlineData("", "", "/bin/sh")]
    [InlineData("-i eth a cmd", "a", "cmd")]
    public void NetworksAndCommandAreToldApart(string line, string networks, string command)
    {
        NsLine read = NsLine.Of(ParsedLine.Read(Words(line), NsLine.Options), name => name == "SHELL" ? "/bin/sh" : null, out string? problem)!;

        Assert.Null(problem);
        Assert.Equal((networks, command), (string.Join(' ', read.Networks.Select(end => end.Uvdel)), string.Join(' ', read.Command)));
    }

    [Fact]
    public void AProgramMayBeANetwork()
    {
        NsLine read = NsLine.Of(ParsedLine.Read(["=ssh 'a b' vde_plug", "cmd"], NsLine.Options), _ => null, out _)!;

        Assert.Equal(["ssh", "a b", "vde_plug"], read.Networks[0].Command);
    }

    [Theory]
    [InlineData("a", "$SHELL is not set")]
    [InlineData("-i a/b a cmd", "--iface: 'a/b'")]
    public void AMistakeOfNsIsSaid(string line, string said)
    {
        Assert.Null(NsLine.Of(ParsedLine.Read(Words(line), NsLine.Options), _ => null, out string? problem));
        Assert.Contains(said, problem, StringComparison.Ordinal);
    }

    static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
