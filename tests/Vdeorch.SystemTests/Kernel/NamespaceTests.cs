using System.Diagnostics;
using Vdeorch.Linux;
using Vdeorch.Linux.Mounts;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Linux.Processes;
using Xunit;

namespace Vdeorch.SystemTests.Kernel;

[Collection(KernelCollection.Name)]
public sealed class NamespaceTests : IDisposable
{
    readonly Scratch _scratch = new();
    readonly NamespaceThread _thread = new("test namespaces");
    readonly string _pins;

    public NamespaceTests()
    {
        _pins = _scratch.At("netns");
        Pins.PrepareDirectory(_pins, tmpfs: false);
    }

    [Fact]
    public async Task APinnedNamespaceIsEnteredByNameAndByProcesses()
    {
        using NetNamespace made = _thread.Create(Pin("lab.web"));
        using NetNamespace opened = NetNamespace.Open(Pin("lab.web"));

        Assert.Equal(made.Identity, opened.Identity);
        Assert.NotEqual(ProcFs.Namespace(Environment.ProcessId, "net"), made.Identity);
        Assert.Equal(["lab.web"], Pins.List(_pins));
        Assert.Equal(["lo"], _thread.Run(opened, LinkNames));
        Assert.Equal(made.Identity, _thread.Run(opened, ThreadNamespace));
        int pid = Spawner.Spawn(Ran.Shell("exec sleep 60") with { JoinNet = opened.Fd });
        Assert.Equal(made.Identity, ProcFs.Namespace(pid, "net"));
        using ProcessHandle process = ProcessHandle.TryOpen(pid)!;
        process.Signal(Signals.Kill);
        Assert.Equal(128 + Signals.Kill, await process.WaitForExitAsync(TestContext.Current.CancellationToken));

        Pins.Remove(Pin("lab.web"));

        Assert.False(File.Exists(Pin("lab.web")));
        Assert.Null(NetNamespace.TryOpen(Pin("lab.web")));
        Pins.Remove(Pin("lab.web"));
    }

    [Fact]
    public void BetweenCallsTheThreadStandsAtHome()
    {
        NamespaceIdentity own = ProcFs.Namespace(Environment.ProcessId, "net")!.Value;
        using NetNamespace made = _thread.Create(Pin("lab.a"));

        Assert.Equal(own, _thread.Run(null, ThreadNamespace));
        Assert.Throws<InvalidDataException>(() => _thread.Run<int>(made, () => throw new InvalidDataException("thrown inside")));
        Assert.Equal(own, _thread.Run(null, ThreadNamespace));
        Assert.Equal(0, ThreadsIn(made.Identity));
        Pins.Remove(Pin("lab.a"));
    }

    [Fact]
    public async Task WorkIsDoneInTheOrderItCame()
    {
        using NetNamespace made = _thread.Create(Pin("lab.a"));
        List<int> order = [];

        Task<int>[] calls = [.. Enumerable.Range(0, 50).Select(i => _thread.RunAsync(i % 2 == 0 ? made : null, () =>
        {
            order.Add(i);
            return i;
        }))];
        await Task.WhenAll(calls);

        Assert.Equal(Enumerable.Range(0, 50), order);
        Pins.Remove(Pin("lab.a"));
    }

    [Fact]
    public void APinThatExistsIsRefusedAndStays()
    {
        using NetNamespace made = _thread.Create(Pin("lab.a"));

        LinuxException thrown = Assert.Throws<LinuxException>(() => _thread.Create(Pin("lab.a")));

        Assert.Contains("(EEXIST)", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(["lab.a"], Pins.List(_pins));
        Pins.Remove(Pin("lab.a"));
    }

    [Fact]
    public void APinThatLostItsMountIsNoNamespace()
    {
        File.WriteAllText(Pin("lab.lost"), "");

        Assert.Null(NetNamespace.TryOpen(Pin("lab.lost")));
        Assert.Contains("(EINVAL)", Assert.Throws<LinuxException>(() => NetNamespace.Open(Pin("lab.lost"))).Message, StringComparison.Ordinal);
        Assert.Empty(Pins.List(_pins));
    }

    [Fact]
    public async Task APinInTheUsualPlaceIsSeenByIpNetns()
    {
        Pins.PrepareDirectory("/run/netns", tmpfs: false);
        string name = $"vdeorch-test.{Guid.NewGuid():N}"[..30];
        using NetNamespace made = _thread.Create($"/run/netns/{name}");

        Ran links = await Ran.Of($"ip netns exec {name} ip -br link");
        Ran listed = await Ran.Of("ip netns list");
        Pins.Remove($"/run/netns/{name}");

        Assert.StartsWith("lo ", links.Output, StringComparison.Ordinal);
        Assert.Contains(name, listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(name, (await Ran.Of("ip netns list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AHundredNamespacesAreMadeReadAndRemovedQuickly()
    {
        const int Count = 100;
        _thread.Create(Pin("warm")).Dispose();
        Stopwatch watch = Stopwatch.StartNew();
        NetNamespace[] made = [.. Enumerable.Range(0, Count).Select(i => _thread.Create(Pin($"lab.n{i}")))];
        TimeSpan creating = watch.Elapsed;

        _ = _thread.Run(made[0], ReadAll);
        watch.Restart();
        int links = made.Sum(ns => _thread.Run(ns, ReadAll));
        TimeSpan reading = watch.Elapsed;

        watch.Restart();
        foreach (NetNamespace ns in made)
        {
            ns.Dispose();
        }

        foreach (string name in Pins.List(_pins))
        {
            Pins.Remove(Pin(name));
        }

        TestContext.Current.SendDiagnosticMessage(
            $"{Count} namespaces made in {creating.TotalMilliseconds:F1} ms, visited and read in {reading.TotalMilliseconds:F1} ms, removed in {watch.Elapsed.TotalMilliseconds:F1} ms");
        Assert.Equal(Count, links);
        Assert.Empty(Pins.List(_pins));
        Assert.InRange(creating.TotalMilliseconds, 0, 1000);
    }

    [Fact]
    public void MountsComeAndGo()
    {
        string place = _scratch.At("mnt");
        Directory.CreateDirectory(place);
        Assert.False(MountPoint.IsMountPoint(place));

        MountPoint.Tmpfs(place, "mode=0750,size=1m");

        Assert.True(MountPoint.IsMountPoint(place));
        MountPoint.Detach(place);
        Assert.False(MountPoint.IsMountPoint(place));
        MountPoint.Detach(place);
        MountPoint.Detach(_scratch.At("nothing"));
        Assert.StartsWith($"mount on '{place}': ", Assert.Throws<LinuxException>(() => MountPoint.Tmpfs(place, "mode=nonsense")).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _thread.Dispose();
        MountPoint.Detach(_pins);
        _scratch.Dispose();
    }

    string Pin(string name) => Path.Combine(_pins, name);

    static string[] LinkNames()
    {
        using RouteReader reader = RouteReader.Open();
        return [.. reader.Links().Select(link => link.Name)];
    }

    static int ReadAll()
    {
        using RouteReader reader = RouteReader.Open();
        _ = reader.Addresses();
        _ = reader.Routes();
        return reader.Links().Length;
    }

    static NamespaceIdentity ThreadNamespace()
    {
        using NetNamespace here = NetNamespace.Open("/proc/thread-self/ns/net");
        return here.Identity;
    }

    static int ThreadsIn(NamespaceIdentity identity) => Directory.GetDirectories("/proc/self/task").Count(task =>
    {
        using NetNamespace? ns = NetNamespace.TryOpen($"{task}/ns/net");
        return ns is not null && ns.Identity == identity;
    });
}
