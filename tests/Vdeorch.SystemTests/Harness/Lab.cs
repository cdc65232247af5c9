using System.Text.Json;
using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>
/// One test's world: a run directory, a topology name and a file of its own. At the end everything is destroyed, the
/// engine stopped, and the test fails when anything is left: process, namespace, mount, device, socket or file.
/// </summary>
public sealed class Lab
{
    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(120);

    readonly string _id = Path.GetRandomFileName()[..6].ToLowerInvariant();
    readonly List<Running> _running = [];

    Lab(Who who)
    {
        Who = who;
        Topology = $"t{_id}";
        RunDirectory = $"/tmp/vt-{_id}";
        Files = Path.Combine(Host.Current.Directory, _id);
        Directory.CreateDirectory(Files);
    }

    public Who Who { get; }

    public string Topology { get; }

    public string RunDirectory { get; }

    /// <summary>Where the test's own files are; everybody may read there.</summary>
    public string Files { get; }

    /// <summary>What <see cref="ApplyAsync"/> writes and applies.</summary>
    public string File => Path.Combine(Files, "lab.yaml");

    /// <summary>Also what the test itself left running is ended, whatever happens.</summary>
    public static async Task RunAsync(Who who, Func<Lab, Task> test)
    {
        // Skips the row before anything is made where that user cannot be.
        _ = Host.Current.As(who, []);
        Lab lab = new(who);
        Exception? failure = null;
        try
        {
            await test(lab).WaitAsync(s_longest);
        }
        catch (Exception failed)
        {
            failure = failed;
            TestContext.Current.TestOutputHelper?.WriteLine($"{(Host.IsAot ? "NativeAOT" : "framework-dependent")} binary, {who}\n{lab.Logs()}");
        }

        try
        {
            await lab.CleanUpAsync();
        }
        catch (Exception dirty) when (failure is not null)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"and cleaning up failed too: {dirty.Message}");
        }
        finally
        {
            await lab.ForceAsync();
        }

        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>A second user's world, or a second run directory, beside this one.</summary>
    public static Task BesideAsync(Who who, Func<Lab, Task> test) => RunAsync(who, test);

    public Dictionary<string, string?> Environment
    {
        get
        {
            Dictionary<string, string?> variables = Host.Current.Environment(Who);
            variables["VDEORCH_RUN_DIR"] = RunDirectory;
            foreach ((string name, string value) in Variables)
            {
                variables[name] = value;
            }

            if (Programs is not null)
            {
                variables["PATH"] = $"{Programs}:{variables["PATH"]}";
            }

            return variables;
        }
    }

    /// <summary>What every command is begun with: that which enters another host, say, of which the engine is then, too.</summary>
    public IReadOnlyList<string> Within { get; set; } = [];

    /// <summary>More of the environment of every command, and of an engine that it starts.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>A directory in which vdeorch finds programs before all others.</summary>
    public string? Programs { get; set; }

    public IReadOnlyList<string> Command(params string[] arguments) => [.. Within, .. Host.Current.As(Who, [Host.Current.Binary, .. arguments])];

    /// <summary>Runs a verb to its end.</summary>
    public Task<Finished> RunAsync(params string[] arguments) => Running.ToEndAsync(Command(arguments), Environment, Files);

    public Task<Finished> RunWithInputAsync(string input, params string[] arguments) => Running.ToEndAsync(Command(arguments), Environment, Files, input);

    /// <summary>Starts a verb; it is ended with the test.</summary>
    public Running Start(params string[] arguments) => Keep(Running.Start(Command(arguments), Environment, Files));

    public Running Keep(Running running)
    {
        _running.Add(running);
        return running;
    }

    /// <summary>Writes the text to <see cref="File"/>, under this test's topology name.</summary>
    public string Write(string yaml, string? file = null)
    {
        string path = file is null ? File : Path.Combine(Files, file);
        System.IO.File.WriteAllText(path, $"topology: {Topology}\n{yaml}");
        return path;
    }

    /// <summary>Writes the text and applies it.</summary>
    public Task<Finished> ApplyAsync(string yaml, params string[] more) => RunAsync(["apply", Write(yaml), "--yes", .. more]);

    public async Task<TopologySeen> StatusAsync() => new((await ReportAsync()).GetProperty("topologies")[0]);

    /// <summary>The whole answer of <c>status TOPOLOGY -o json</c>.</summary>
    public async Task<JsonElement> ReportAsync() => Parse((await RunAsync("status", Topology, "-o", "json")).Exited(0));

    public async Task<Planned> PlanAsync() => new(Parse((await RunAsync("plan", File, "-o", "json")).Exited(0)));

    /// <summary>The plan of another text, without applying it; the file then says the new text.</summary>
    public Task<Planned> PlanAsync(string yaml)
    {
        Write(yaml);
        return PlanAsync();
    }

    public async Task ExpectNothingToDoAsync() => Assert.Empty((await PlanAsync()).Changes);

    public async Task<int> EnginePidAsync() => (await ReportAsync()).GetProperty("engine").GetProperty("pid").GetInt32();

    /// <summary>The network namespace as a path that root can open, or null when there is none.</summary>
    public string? Pin(string ns) => Pin(Topology, ns);

    public string? Pin(string topology, string ns)
    {
        string path = Who == Who.Root ? $"/run/netns/{topology}.{ns}" : $"/proc/{AnchorPid()}/root{RunDirectory}/netns/{topology}.{ns}";
        return System.IO.File.Exists(path) ? path : null;
    }

    /// <summary>A process in the user and mount namespace of an ordinary user's engine; 0 when there is none.</summary>
    public int AnchorPid() => Processes.With(entry => entry == $"VDEORCH_ANCHOR={RunDirectory}").FirstOrDefault();

    /// <summary>The anchor proper: the process that does nothing.</summary>
    public int SleeperPid() => Processes.With(entry => entry == $"VDEORCH_ANCHOR={RunDirectory}").Single(pid => Processes.CommandLine(pid) is ["vdeorch-anchor", ..]);

    /// <summary>A command inside, not by way of vdeorch where the tests run as root.</summary>
    public IReadOnlyList<string> Inside(string ns, params string[] command) => InsideOf(Topology, ns, command);

    /// <summary>The same in a topology of another name.</summary>
    public IReadOnlyList<string> InsideOf(string topology, string ns, params string[] command) => Host.IsRoot
        ? ["nsenter", $"--net={Pin(topology, ns) ?? throw new InvalidOperationException($"there is no namespace '{ns}'")}", "--", .. command]
        : Command(["exec", $"{topology}/{ns}", "--", .. command]);

    public Task<Finished> RunInsideAsync(string ns, params string[] command) => Running.ToEndAsync(Inside(ns, command), Host.IsRoot ? null : Environment, patience: TimeSpan.FromSeconds(100));

    public Running StartInside(string ns, params string[] command) => Keep(Running.Start(Inside(ns, command), Host.IsRoot ? null : Environment));

    /// <summary><c>ip</c> inside.</summary>
    public async Task<string> IpAsync(string ns, params string[] arguments) => (await RunInsideAsync(ns, ["ip", .. arguments])).Exited(0).Out;

    public async Task<LinkSeen> LinkAsync(string ns, string name = "vde0") =>
        new(JsonDocument.Parse(await IpAsync(ns, "-j", "-d", "addr", "show", "dev", name)).RootElement[0]);

    /// <summary>All that a neighbour's change must not touch: the namespace, its links, addresses and routes, and the processes in it.</summary>
    public async Task<string> FingerprintAsync(string ns)
    {
        // A link-local IPv6 address and its routes come a second later, by the kernel's own will.
        string links = Own(JsonDocument.Parse((await IpAsync(ns, "-j", "addr")).Replace("\"tentative\":true,", "", StringComparison.Ordinal)), "addr_info", "local");
        string routes = Own(JsonDocument.Parse(await IpAsync(ns, "-j", "route", "show", "table", "all")), null, "dst");
        string inode = (await RunInsideAsync(ns, "readlink", "/proc/self/ns/net")).Exited(0).Out;
        string[] services = [.. (await StatusAsync()).Objects.Where(thing => thing.Id.StartsWith($"service/{ns}/", StringComparison.Ordinal)).Select(thing => $"{thing.Id} {thing.Pid}")];
        return string.Join('\n', [inode, links, routes, .. services]);
    }

    static string Own(JsonDocument list, string? inner, string field) => string.Join('\n', list.RootElement.EnumerateArray().Select(item => inner is null
        ? IsLinkLocal(item, field) ? "" : item.GetRawText()
        : string.Join(' ', item.EnumerateObject().Select(member => member.Name == inner
            ? string.Join(' ', member.Value.EnumerateArray().Where(part => !IsLinkLocal(part, field)).Select(part => part.GetRawText()))
            : member.ToString()))).Where(text => text.Length > 0));

    static bool IsLinkLocal(JsonElement item, string field) => Shapes.Text(item, field)?.StartsWith("fe80:", StringComparison.Ordinal) == true || Shapes.Text(item, field) == "ff00::/8";

    public async Task<bool> PingsAsync(string from, string to) => (await RunInsideAsync(from, "ping", "-c", "1", "-W", "2", to)).ExitCode == 0;

    public static JsonElement Parse(Finished finished)
    {
        try
        {
            return JsonDocument.Parse(finished.Out).RootElement;
        }
        catch (JsonException e)
        {
            Assert.Fail($"this is no JSON: {e.Message}\n{finished}");
            throw;
        }
    }

    /// <summary>The lines of <c>-o json</c> of an operation.</summary>
    public static JsonElement[] ParseLines(Finished finished) =>
        [.. finished.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    string Logs()
    {
        string[] logs = Directory.Exists(RunDirectory) ? [.. Directory.EnumerateFiles(RunDirectory, "*.log", SearchOption.AllDirectories)] : [];
        return string.Concat(logs.Select(log => $"--- {log}\n{string.Join('\n', System.IO.File.ReadAllLines(log).TakeLast(60))}\n"));
    }

    async Task CleanUpAsync()
    {
        foreach (Running running in _running)
        {
            await running.DisposeAsync();
        }

        if (!Directory.Exists(RunDirectory))
        {
            Assert.Empty(Leftovers());
            return;
        }

        Finished all = (await RunAsync("status", "-o", "json")).Exited(0);
        foreach (JsonElement topology in Parse(all).GetProperty("topologies").EnumerateArray())
        {
            (await RunAsync("destroy", topology.GetProperty("name").GetString()!, "--yes")).Exited(0);
        }

        (await RunAsync("engine", "stop")).Exited(0);
        string[] left = [];
        try
        {
            // What was killed needs a moment to leave /proc.
            await Wait.UntilAsync("nothing is left", () => (left = Leftovers()).Length == 0, TimeSpan.FromSeconds(5));
        }
        catch (Exception) when (left.Length > 0)
        {
            Assert.Fail($"left behind by {Topology} in {RunDirectory} ({Who}):\n{string.Join('\n', left)}");
        }
    }

    /// <summary>Everything of this lab that is still there, described.</summary>
    public string[] Leftovers() =>
    [
        .. Processes.With(entry => entry.Contains(RunDirectory, StringComparison.Ordinal)).Select(pid => $"process {pid}: {string.Join(' ', Processes.CommandLine(pid))}"),
        .. (Directory.Exists("/run/netns") ? Directory.EnumerateFiles("/run/netns", $"{Topology}.*") : []).Select(pin => $"pin {pin}"),
        .. System.IO.File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(RunDirectory, StringComparison.Ordinal) || line.Contains($"/{Topology}.", StringComparison.Ordinal)).Select(line => $"mount {line}"),
        .. Devices().Select(device => $"device {device}"),
        .. FilesLeft().Select(file => $"file {file}"),
    ];

    // In the host's own network namespace nothing of ours ever has a place.
    IEnumerable<string> Devices() => Directory.EnumerateDirectories("/sys/class/net").Where(device =>
    {
        string alias = Path.Combine(device, "ifalias");
        return System.IO.File.Exists(alias) && System.IO.File.ReadAllText(alias).Contains(RunDirectory, StringComparison.Ordinal);
    });

    // The run directory itself stays with the engine's own log and locks.
    IEnumerable<string> FilesLeft() => !Directory.Exists(RunDirectory) ? [] :
        Directory.EnumerateFileSystemEntries(RunDirectory, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetRelativePath(RunDirectory, path) is not ("engine.log" or "engine.lock" or "start.lock" or "topologies" or "netns"));

    // Whatever went wrong, the next test and the machine get a clean world.
    async Task ForceAsync()
    {
        foreach (Running running in _running)
        {
            await running.DisposeAsync();
        }

        // The engine and runtimes would restart what is killed, so they are in the same sweep, again until none is left.
        for (int i = 0; i < 50 && Processes.With(entry => entry.Contains(RunDirectory, StringComparison.Ordinal)) is { Length: > 0 } left; i++)
        {
            foreach (int pid in left)
            {
                try
                {
                    Processes.Kill(pid);
                }
                catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
                {
                    // It ended by itself.
                }
            }

            await Task.Delay(20, CancellationToken.None);
        }

        if (Host.IsRoot && Directory.Exists("/run/netns"))
        {
            foreach (string pin in Directory.EnumerateFiles("/run/netns", $"{Topology}.*"))
            {
                await Running.ToEndAsync(["umount", "--lazy", pin]);
                System.IO.File.Delete(pin);
            }
        }

        if (Directory.Exists(RunDirectory))
        {
            Directory.Delete(RunDirectory, recursive: true);
        }
    }
}
