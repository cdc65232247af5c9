using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Vdeorch.Linux;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Runtime;

/// <summary>
/// Opens the plugs a topology asks for and keeps them open. For one control thread, but for the opening, which may block:
/// 1. a plug that is wished is opened on a thread of the pool; 2. what came of it waits in a queue, and the control thread is woken;
/// 3. an open plug becomes a port; 4. one that failed, or whose port went out of service, is tried again after a pause that grows.
/// </summary>
/// <remarks>A method that changes something returns what was wrong, and then nothing has changed; null when it is done.</remarks>
/// <param name="opensLocators">Whether it may; patches between switches need nothing of the host.</param>
/// <param name="wake">Makes the control thread call <see cref="Attend"/>.</param>
sealed class PlugKeeper(DataPlane plane, bool opensLocators, Action wake) : IDisposable
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>A plug that was open for so long starts over with the shortest pause.</summary>
    const long StableMs = 5_000;

    readonly SortedDictionary<string, Kept> plugs = new(StringComparer.Ordinal);
    readonly ConcurrentQueue<Attempt> attempts = new();
    int generations;
    volatile bool stopping;

    public bool OpensLocators => opensLocators;

    public string? Set(ImmutableArray<PlugSettings> wished)
    {
        Dictionary<string, Uvdel?> locators = new(StringComparer.Ordinal);
        foreach (PlugSettings settings in wished)
        {
            if (new[] { settings.Switch, settings.Patch }.OfType<string>().FirstOrDefault(name => !plane.HasSwitch(name)) is { } unknown)
            {
                return $"plug '{settings.Name}': there is no switch '{unknown}'";
            }
            if (settings.Uvdel is not null && !opensLocators)
            {
                return $"plug '{settings.Name}': this runtime opens no locators";
            }
            Uvdel? locator = null;
            if (settings.Uvdel is { } text && (locator = UvdelParser.ParseStrict(text, out ImmutableArray<UvdelProblem> problems)) is null)
            {
                return $"plug '{settings.Name}': {problems[0].Message}";
            }
            locators[settings.Name] = locator;
        }
        List<PlugSettings> staying = [.. wished.Where(settings => plugs.TryGetValue(settings.Name, out Kept? before) && Stays(before.Settings, settings))];
        // Even where they are as they were said: their ports may have been changed by others since.
        List<PlugSettings> open = [.. staying.Where(settings => plugs[settings.Name].IsOpen)];
        if (open.Count > 0 && plane.Replug([.. open.SelectMany(settings => PortsOf(settings))]) is { } refused)
        {
            return refused;
        }
        staying.ForEach(settings => plugs[settings.Name].Settings = settings);
        foreach (PlugSettings settings in wished.Except(staying))
        {
            Start(settings, locators[settings.Name]);
        }
        return null;
    }

    public string? Remove(ImmutableArray<string> names)
    {
        if (names.FirstOrDefault(name => !plugs.ContainsKey(name)) is { } unknown)
        {
            return $"there is no plug '{unknown}'";
        }
        foreach (string name in names)
        {
            Close(plugs[name]);
            plugs.Remove(name);
        }
        return null;
    }

    /// <summary>Takes in what was opened, and opens again what has gone.</summary>
    public void Attend()
    {
        while (attempts.TryDequeue(out Attempt? attempt))
        {
            Settle(attempt);
        }
        foreach (Kept kept in plugs.Values.Where(kept => kept.IsOpen))
        {
            if (kept.Ports.Select(plane.FaultOf).FirstOrDefault(fault => fault != 0) is not 0 and int fault)
            {
                if (Environment.TickCount64 - kept.OpenedMs > StableMs)
                {
                    kept.Pause = FirstPause;
                }
                Close(kept);
                Retry(kept, fault == Linux.Io.Errnos.ConnectionReset ? "its other side went away" : $"it broke: {Marshal.GetPInvokeErrorMessage(fault)}");
            }
        }
    }

    /// <summary>The plane's ports, with what they lead to, and behind them those that are not open.</summary>
    public IEnumerable<PortState> Describe(IEnumerable<PortState> ports)
    {
        Dictionary<string, Kept> byPort = plugs.Values.SelectMany(kept => kept.Ports.Select(port => (port, kept))).ToDictionary(pair => pair.port, pair => pair.kept, StringComparer.Ordinal);
        IEnumerable<PortState> open = ports.Select(port => byPort.GetValueOrDefault(port.Name) is { } kept ? port with { Plug = kept.Settings } : port);
        IEnumerable<PortState> closed = plugs.Values.Where(kept => !kept.IsOpen)
            .Select(kept => new PortState(kept.Settings.Name, kept.Settings.Switch, 0, 0, 0, 0, 0, 0, kept.Reason) { Plug = kept.Settings, Options = kept.Settings.Options });
        return open.Concat(closed);
    }

    /// <summary>Whoever is still being opened is closed by the thread that opens it.</summary>
    public void Dispose()
    {
        stopping = true;
        foreach (Kept kept in plugs.Values)
        {
            kept.Timer?.Dispose();
        }
        while (attempts.TryDequeue(out Attempt? attempt))
        {
            attempt.Plugs.ForEach(plug => plug.Dispose());
        }
    }

    /// <summary>Whether what is open may stay so.</summary>
    static bool Stays(PlugSettings before, PlugSettings wished) =>
        before with { Switch = wished.Switch, IsUnenforcedAllowed = wished.IsUnenforcedAllowed, Options = wished.Options, PatchOptions = wished.PatchOptions } == wished
        && (wished.Patch is null || wished.Switch == before.Switch);

    void Start(PlugSettings settings, Uvdel? locator)
    {
        if (plugs.TryGetValue(settings.Name, out Kept? before))
        {
            // Not before the old one is closed: both may want the same port, name or device.
            Close(before);
        }
        Kept kept = new(settings, locator) { Generation = ++generations, Pause = FirstPause, Reason = "opening" };
        plugs[settings.Name] = kept;
        if (locator is null)
        {
            (IPlug near, IPlug far) = PatchPlug.Pair();
            Settle(new Attempt(settings.Name, kept.Generation, [near, far], null));
            return;
        }
        Open(kept);
    }

    void Open(Kept kept)
    {
        string name = kept.Settings.Name;
        int generation = kept.Generation;
        Uvdel locator = kept.Locator!;
        PlugOpening opening = new()
        {
            Description = "vdeorch",
            MayOpenUnenforced = kept.Settings.MayBeUnenforced,
            Program = Environment.ProcessPath,
            Warn = text => Console.Error.WriteLine($"plug '{name}': {text}"),
        };
        _ = Task.Run(() =>
        {
            Attempt attempt = Try(name, generation, () => opening.Open(locator));
            attempts.Enqueue(attempt);
            if (stopping)
            {
                attempt.Plugs.ForEach(plug => plug.Dispose());
                return;
            }
            wake();
        });
    }

    static Attempt Try(string name, int generation, Func<IPlug> open)
    {
        try
        {
            return new Attempt(name, generation, [open()], null);
        }
        catch (Exception refused) when (refused is LinuxException or PlugException or IOException or UnauthorizedAccessException)
        {
            return new Attempt(name, generation, [], refused.Message);
        }
    }

    void Settle(Attempt attempt)
    {
        if (!plugs.TryGetValue(attempt.Name, out Kept? kept) || kept.Generation != attempt.Generation)
        {
            attempt.Plugs.ForEach(plug => plug.Dispose());
            return;
        }
        string? wrong = attempt.Error;
        if (wrong is null)
        {
            ImmutableArray<PortSettings> ports = PortsOf(kept.Settings);
            wrong = plane.AddPorts(ports, attempt.Plugs);
            if (wrong is not null)
            {
                attempt.Plugs.ForEach(plug => plug.Dispose());
            }
            else
            {
                kept.Ports = [.. ports.Select(port => port.Name)];
                kept.OpenedMs = Environment.TickCount64;
                Console.Error.WriteLine($"plug '{kept.Settings.Name}' is open: {kept.Settings.Uvdel ?? kept.Settings.Patch}");
                return;
            }
        }
        Retry(kept, wrong);
    }

    void Retry(Kept kept, string reason)
    {
        // Said once for a row of attempts that fail alike.
        if (kept.Reason != $"re-plugging: {reason}")
        {
            kept.Reason = $"re-plugging: {reason}";
            Console.Error.WriteLine($"plug '{kept.Settings.Name}' is down, {kept.Reason}");
        }
        TimeSpan pause = kept.Pause;
        kept.Pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, 2 * pause.Ticks));
        kept.Timer?.Dispose();
        kept.Timer = new Timer(_ => Open(kept), null, pause, Timeout.InfiniteTimeSpan);
    }

    void Close(Kept kept)
    {
        kept.Timer?.Dispose();
        kept.Timer = null;
        if (kept.IsOpen)
        {
            plane.RemovePorts([.. kept.Ports]);
            kept.Ports = [];
        }
    }

    static ImmutableArray<PortSettings> PortsOf(PlugSettings plug)
    {
        PortSettings near = new(plug.Name, plug.Switch) { Options = plug.Options };
        return plug.Patch is { } far ? [near, new PortSettings($"{plug.Name}>", far) { Options = plug.PatchOptions }] : [near];
    }

    sealed class Kept(PlugSettings settings, Uvdel? locator)
    {
        public PlugSettings Settings { get; set; } = settings;
        public Uvdel? Locator { get; } = locator;

        /// <summary>Tells what was opened for it from what was opened for one of that name before.</summary>
        public required int Generation { get; init; }

        public required TimeSpan Pause { get; set; }
        public required string Reason { get; set; }
        public ImmutableArray<string> Ports { get; set; } = [];
        public long OpenedMs { get; set; }
        public Timer? Timer { get; set; }
        public bool IsOpen => !Ports.IsEmpty;
    }

    /// <param name="Error">Null when it is open.</param>
    sealed record Attempt(string Name, int Generation, List<IPlug> Plugs, string? Error);
}
