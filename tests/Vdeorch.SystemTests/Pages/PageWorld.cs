using System.Globalization;
using Vdeorch.SystemTests.Harness;
using Vdeorch.SystemTests.Interop;

namespace Vdeorch.SystemTests.Pages;

/// <summary>
/// What the pages speak of: this host, 192.0.2.6, and another one, 192.0.2.7, joined by eth0, with routes for multicast, <c>vdeorch</c> on the path, <c>ssh host</c> that
/// leads to the other, and a group of users called lab. In a mount namespace of its own, so that <c>/run/lab/sw</c> is just that and examples run as they stand.
/// Disposing ends all, and fails the test when anything is left.
/// </summary>
sealed class PageWorld : IAsyncDisposable
{
    static int s_made;

    // The real disk but for what examples write to. Both hosts see the same files. Accounts come and go beside us: their lock files are not missed when they vanish under cp.
    const string Setup = """
        set -e
        mount -t tmpfs world /mnt
        mkdir /mnt/bin /mnt/etc
        cp -a /etc/. /mnt/etc || [ -s /mnt/etc/group ]
        touch /mnt/far
        mount --bind "$FAR" /mnt/far
        printf '#!/bin/sh\nshift\nexec nsenter --net=/mnt/far -- sh -c "$*"\n' >/mnt/bin/ssh
        chmod +x /mnt/bin/ssh
        mount --bind "$BIN" /usr/local/bin
        mount --bind /mnt/bin /usr/local/sbin
        mount --bind /mnt/etc /etc
        echo 192.0.2.7 peer.example >>/etc/hosts
        echo lab:x:4242: >>/etc/group
        mount -t tmpfs run /run
        mount -t tmpfs tmp /tmp
        chmod 1777 /tmp
        mkdir -p /run/lab/home
        echo ready
        exec sleep infinity
        """;

    readonly string prefix = string.Create(CultureInfo.InvariantCulture, $"vdp{Environment.ProcessId}x{Interlocked.Increment(ref s_made)}");
    readonly List<IAsyncDisposable> started = [];
    Running? world;

    PageWorld()
    {
    }

    string Mark => $"VDEORCH_TEST_PAGE={prefix}";

    public static async Task<PageWorld> MakeAsync()
    {
        PageWorld made = new();
        try
        {
            await made.MakeHostsAsync();
            made.world = Running.Start(
                ["env", $"FAR=/run/netns/{made.Name(2)}", $"BIN={Path.GetDirectoryName(Host.Current.Binary)}", made.Mark, "unshare", "--mount", "--propagation", "private", "sh", "-c", Setup]);
            await Wait.UntilAsync("the world is there", () => made.world.HasExited ? throw new InvalidOperationException($"there is no world: {made.world.Errors}") : made.world.Output.Contains("ready", StringComparison.Ordinal));
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>The address of a host on eth0.</summary>
    public static string Address(int host, bool v6 = false) => string.Create(CultureInfo.InvariantCulture, $"{(v6 ? "2001:db8::" : "192.0.2.")}{host + 5}");

    public static int Other(int host) => 3 - host;

    /// <summary>A path of the world's, outside of it, where the link /var/run leads elsewhere.</summary>
    public string Seen(string path) => $"/proc/{world!.Pid}/root{(path.StartsWith("/var/run/", StringComparison.Ordinal) ? path[4..] : path)}";

    public Running Start(int host, params string[] command) => Add(Running.Start(Inside(host, command), s_environment));

    /// <summary>Frames of a program are the test's.</summary>
    public LocalEnd End(int host, params string[] command) => Add(new LocalEnd(["env", "--default-signal=INT,QUIT", .. Inside(host, command)], s_environment));

    public Task<Finished> RunAsync(int host, params string[] command) => RunWithInputAsync(host, "", command);

    public Task<Finished> RunWithInputAsync(int host, string input, params string[] command) => Running.ToEndAsync(Inside(host, command), s_environment, input: input);

    /// <summary>Ends everything that was started since, and takes away what it left.</summary>
    public async Task ClearAsync()
    {
        await TerminateAsync();
        foreach (IAsyncDisposable one in started)
        {
            await one.DisposeAsync();
        }
        started.Clear();
        await RunAsync(1, "sh", "-c", "rm -rf /run/lab /run/vde.ctl /tmp/* && mkdir -p /run/lab/home");
    }

    public async ValueTask DisposeAsync()
    {
        if (world is not null)
        {
            await ClearAsync();
            await world.DisposeAsync();
        }
        foreach (int host in (int[])[1, 2])
        {
            if (File.Exists($"/run/netns/{Name(host)}"))
            {
                await OverlayLab.IpAsync($"netns del {Name(host)}");
            }
        }
        await Wait.UntilAsync("no process is left", () => Processes.With(entry => entry == Mark).Length == 0);
    }

    static readonly Dictionary<string, string?> s_environment = new(Host.Current.Environment(Who.Root)) { ["HOME"] = "/run/lab/home" };

    /// <summary>Tells every vdeorch to end, those left out that another one started and ends itself, and waits until all have.</summary>
    public async Task TerminateAsync()
    {
        int[] Left() => [.. Processes.With(entry => entry == Mark).Where(IsVdeorch)];
        foreach (int pid in Left().Where(pid => !Parents(pid).Any(IsVdeorch)))
        {
            try
            {
                await Processes.SignalAsync(pid, "TERM");
            }
            catch (InvalidOperationException)
            {
                // Gone with another one.
            }
        }
        await Wait.UntilAsync("every vdeorch has ended", () => Left().Length == 0);
    }

    static bool IsVdeorch(int pid) => Processes.CommandLine(pid) is [var name, ..] && Path.GetFileName(name).StartsWith("vdeorch", StringComparison.Ordinal);

    static IEnumerable<int> Parents(int pid)
    {
        for (int parent = Processes.Parent(pid); parent > 1; parent = Processes.Parent(parent))
        {
            yield return parent;
        }
    }

    T Add<T>(T one)
        where T : IAsyncDisposable
    {
        started.Add(one);
        return one;
    }

    string Name(int host) => $"{prefix}h{host}";

    string[] Inside(int host, string[] command) => ["nsenter", $"--target={world!.Pid}", "--mount", $"--net=/run/netns/{Name(host)}", "--", "env", Mark, .. command];

    async Task MakeHostsAsync()
    {
        await OverlayLab.IpAsync($"netns add {Name(1)}");
        await OverlayLab.IpAsync($"netns add {Name(2)}");
        await OverlayLab.IpAsync($"link add name eth0 netns {Name(1)} type veth peer name eth0 netns {Name(2)}");
        foreach (int host in (int[])[1, 2])
        {
            await OverlayLab.IpAsync($"-n {Name(host)} addr add {Address(host)}/24 dev eth0");
            await OverlayLab.IpAsync($"-n {Name(host)} addr add {Address(host, v6: true)}/64 dev eth0 nodad");
            await OverlayLab.IpAsync($"-n {Name(host)} link set lo up");
            await OverlayLab.IpAsync($"-n {Name(host)} link set eth0 up");
            await OverlayLab.IpAsync($"-n {Name(host)} route add 224.0.0.0/4 dev eth0");
        }
    }
}
