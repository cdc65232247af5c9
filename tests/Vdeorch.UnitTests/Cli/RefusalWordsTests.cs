using Vdeorch.Cli.Consoles;
using Vdeorch.Cli.Plugging;
using Vdeorch.Linux;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

public class RefusalWordsTests
{
    [Theory]
    [InlineData(2, "mkdir", "/nowhere/at/all/sw", "cannot make the directory '/nowhere/at/all/sw': No such file or directory (ENOENT); there is no '/nowhere': make it first (mkdir -p), or choose another place")]
    [InlineData(2, "realpath", "/nowhere/at", "cannot find '/nowhere/at': No such file or directory (ENOENT); nobody has made it: is the switch, or the other end, running?")]
    [InlineData(98, "bind", "/tmp/sw", "cannot make the socket '/tmp/sw': Address already in use (EADDRINUSE); another one serves there: end it, or choose another place")]
    [InlineData(98, "bind", "127.0.0.1:80", "cannot take the address 127.0.0.1:80: Address already in use (EADDRINUSE); another program has it: end that, or choose another port")]
    [InlineData(1, "TUNSETIFF", "tap0", "cannot have the interface 'tap0': Operation not permitted (EPERM); that takes root, or an interface made for this user: sudo ip tuntap add mode tap user \"$USER\" name NAME")]
    [InlineData(2, "execve", "nothing", "cannot run 'nothing': No such file or directory (ENOENT)")]
    [InlineData(5, "frobnicate", "x", "cannot go on with 'x' (frobnicate): Input/output error (EIO)")]
    public void ARefusalSaysWhatCouldNotBeDoneAndWhatWouldDo(int errno, string operation, string subject, string words) =>
        Assert.Equal(words, RefusalWords.Of(new LinuxException(errno, operation, subject)));

    [Fact]
    public void WhatTheKernelSaidBeyondTheNumberGoesBeforeOurGuess() =>
        Assert.Equal("cannot reach '/tmp/x': Operation not permitted (EPERM); two ends are there already", RefusalWords.Of(new LinuxException(1, "connect", "/tmp/x", "two ends are there already")));
}

public class ConsoleHistoryTests
{
    [Fact]
    public void TheHistoryIsForItsUserAlone()
    {
        string folder = Directory.CreateTempSubdirectory("vdeorch-").FullName;
        try
        {
            string path = Path.Combine(folder, "vdeorch", "console_history");
            ConsoleHistory.Save(["port/print", "a long line that goes"], path);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

            // One that an earlier release has made, or its user has opened.
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            ConsoleHistory.Save(["vlan/print"], path);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(["vlan/print"], File.ReadAllLines(path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
