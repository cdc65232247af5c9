using System.Globalization;
using System.Text.RegularExpressions;
using Vdeorch.Linux.Unix;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>A directory of the test's for sockets, and the programs started in it. Disposing ends those, and fails the test when a socket is left.</summary>
sealed class LocalLab : IAsyncDisposable
{
    readonly List<IAsyncDisposable> _started = [];
    bool _isKilling;

    public LocalLab()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("vtl-").FullName;
        File.SetUnixFileMode(Directory, (UnixFileMode)0b111_111_111);
    }

    public string Directory { get; }

    public static Who Me => Host.IsRoot ? Who.Root : Who.User;

    public string this[string name] => Path.Combine(Directory, name);

    /// <summary>vde_switch at that name, its console on its standard input.</summary>
    public async Task<RealSwitch> SwitchAsync(string name, params string[] options)
    {
        Running running = Add(Running.Start(["vde_switch", "-s", this[name], .. options]));
        await Wait.UntilAsync($"{name} listens", () => Listening.At(Path.Combine(this[name], "ctl")));
        return new RealSwitch(running, this[name]);
    }

    /// <summary>vde_plug between that locator and the test.</summary>
    public LocalEnd Debian(string locator) => Add(new LocalEnd(["vde_plug", locator]));

    /// <summary>vde_plug, seen to be plugged into that directory.</summary>
    public async Task<LocalEnd> DebianAsync(string directory)
    {
        int before = Sockets(directory);
        LocalEnd end = Debian(directory);
        await Wait.UntilAsync($"vde_plug is in {directory}", () => Sockets(directory) > before);
        return end;
    }

    /// <summary>vdeorch plug with these words. It is not awaited.</summary>
    public Running Ours(params string[] words) => OursAs(Me, words);

    public Running OursAs(Who who, params string[] words) =>
        Add(Running.Start([.. Host.Current.As(who, [Host.Current.Binary, "plug", .. words])], Host.Current.Environment(who), Directory));

    /// <summary>vdeorch plug between that locator and the test.</summary>
    public LocalEnd OurEnd(string locator) => Add(new LocalEnd([.. Host.Current.As(Me, [Host.Current.Binary, "plug", locator])], Host.Current.Environment(Me)));

    /// <summary>Data sockets in the directory of a switch: all but ctl, and what clients have before they are in.</summary>
    public static string[] DataSockets(string directory) =>
        !System.IO.Directory.Exists(directory) ? []
        : [.. System.IO.Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)).Where(name => name != "ctl" && name[0] != '.')];

    public static int Sockets(string directory) => DataSockets(directory).Length;

    public T Add<T>(T started)
        where T : IAsyncDisposable
    {
        _started.Add(started);
        return started;
    }

    /// <summary>The test kills what would clean up.</summary>
    public void Leaves() => _isKilling = true;

    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (Running running in _started.OfType<Running>().Where(running => !running.HasExited))
            {
                await running.SignalAsync("INT");
            }
            foreach (LocalEnd end in _started.OfType<LocalEnd>())
            {
                end.Close();
            }
            string[] left = [];
            long deadline = Environment.TickCount64 + 15_000;
            while (!_isKilling && (left = Left()).Length > 0 && Environment.TickCount64 < deadline)
            {
                await Task.Delay(10);
            }
            Assert.True(_isKilling || left.Length == 0, $"left behind: {string.Join(", ", left)}; still running: {string.Join(", ", _started.OfType<Running>().Where(running => !running.HasExited).Select(running => running.Pid))}");
        }
        finally
        {
            foreach (IAsyncDisposable started in _started)
            {
                await started.DisposeAsync();
            }
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    string[] Left() =>
    [
        .. System.IO.Directory.EnumerateFileSystemEntries(Directory, "*", SearchOption.AllDirectories)
            .Where(path => UnixFile.Status(path) is { IsSocket: true }),
    ];
}

/// <summary>Debian's switch.</summary>
sealed partial class RealSwitch(Running running, string directory)
{
    public Running Running => running;

    public string Directory => directory;

    /// <summary>What its console says to that.</summary>
    public async Task<string> AskAsync(string command)
    {
        int before = running.Output.Length;
        await running.Input.WriteLineAsync(command);
        await running.Input.FlushAsync();
        await Wait.UntilAsync($"an answer to {command}", () => End().IsMatch(running.Output[before..]));
        return running.Output[before..];
    }

    /// <summary>Waits until the port has that many endpoints, and their clients know: until then those have names of their own.</summary>
    public Task HasAsync(int port, int endpoints = 1)
    {
        string prefix = string.Create(CultureInfo.InvariantCulture, $"{port:D3}.");
        return Wait.UntilAsync($"port {port} of {directory} has {endpoints}", () =>
            LocalLab.DataSockets(directory).Count(name => name.StartsWith(prefix, StringComparison.Ordinal)) == endpoints
            && (endpoints == 0 || !System.IO.Directory.EnumerateFileSystemEntries(directory).Any(path => Path.GetFileName(path)[0] == '.')));
    }

    [GeneratedRegex(@"^1\d\d\d ", RegexOptions.Multiline)]
    private static partial Regex End();
}
