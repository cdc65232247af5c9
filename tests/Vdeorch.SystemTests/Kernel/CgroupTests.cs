using Vdeorch.Linux;
using Vdeorch.Linux.Cgroups;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Kernel;

/// <summary>Groups of processes in the real cgroup v2, with whatever controllers it has here.</summary>
[Collection(KernelCollection.Name)]
public sealed class CgroupTests : IDisposable
{
    readonly string _root;
    readonly List<ProcessHandle> _running = [];

    public CgroupTests()
    {
        CgroupHost host = CgroupHost.Look(isRoot: true);
        Assert.SkipUnless(host.Places is [{ IsWritable: true }], "a cgroup v2 whose root is writable");
        _root = $"{host.Mount}/vt-{Path.GetRandomFileName()[..6]}";
    }

    [Fact]
    public void AGroupIsMadeOnceAndRemovedWithAllBelow()
    {
        Cgroup.Make(_root);
        Cgroup.Make(_root);
        Cgroup.Make($"{_root}/a");
        Cgroup.Make($"{_root}/a/b");

        Assert.False(CgroupValues.IsPopulated(_root));
        Assert.True(Cgroup.TryRemove(_root));
        Assert.False(Directory.Exists(_root));
        Assert.Equal("mkdir", Assert.Throws<LinuxException>(() => Cgroup.Make($"{_root}/not/there")).Operation);
    }

    [Fact]
    public async Task AProcessIsMovedSeenAndKilled()
    {
        Cgroup group = Cgroup.Make(_root);
        ProcessHandle process = Sleep(null);

        group.Move(process.Pid);

        Assert.Equal([process.Pid], CgroupValues.Processes(_root));
        Assert.True(CgroupValues.IsPopulated(_root));
        Assert.False(Cgroup.TryRemove(_root));
        group.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync("the group is empty", () => !CgroupValues.IsPopulated(_root));
        Assert.True(Cgroup.TryRemove(_root));
        // One that is gone is no mistake.
        Cgroup.Make(_root).Move(process.Pid);
    }

    [Fact]
    public void AProcessIsBornInItsGroup()
    {
        Cgroup group = Cgroup.Make(_root);
        using Fd door = group.OpenProcesses();

        ProcessHandle process = Sleep(door);

        Assert.Equal([process.Pid], CgroupValues.Processes(_root));
        Assert.Contains($"0::/{Path.GetFileName(_root)}", File.ReadAllLines($"/proc/{process.Pid}/cgroup"));
    }

    [Fact]
    public void WhoGivesControllersHoldsNoProcess()
    {
        CgroupPlace place = CgroupHost.Look(isRoot: true).Places[0];
        Assert.SkipWhen(place.Controllers.IsEmpty, "a controller of cgroup v2");
        string controller = place.Controllers[0];
        bool wasGiven = place.Enabled.Contains(controller);
        Cgroup top = Cgroup.Find(place.Directory)!;
        try
        {
            top.Give(controller);
            Cgroup group = Cgroup.Make(_root);
            Cgroup leaf = Cgroup.Make($"{_root}/leaf");
            ProcessHandle process = Sleep(null);
            group.Move(process.Pid);
            Assert.Equal(16, Assert.Throws<LinuxException>(() => group.Give(controller)).Errno); // EBUSY

            leaf.Move(process.Pid);
            group.Give(controller);

            Assert.Equal([controller], CgroupHost.Look(isRoot: true).Places[0].Enabled.Intersect([controller]));
            Assert.Equal(controller, CgroupValues.Read(_root, "cgroup.subtree_control"));
            Assert.Equal([process.Pid], CgroupValues.Processes(leaf.Directory));
        }
        finally
        {
            Dispose();
            if (!wasGiven)
            {
                top.Write("cgroup.subtree_control", $"-{controller}");
            }
        }
    }

    public void Dispose()
    {
        foreach (ProcessHandle process in _running)
        {
            process.Signal(Signals.Kill);
            process.WaitForExitAsync(CancellationToken.None).Wait(TimeSpan.FromSeconds(5));
            process.Dispose();
        }

        _running.Clear();
        SpinWait.SpinUntil(() => _root is null || Cgroup.TryRemove(_root), TimeSpan.FromSeconds(5));
    }

    ProcessHandle Sleep(Fd? door)
    {
        int pid = Spawner.Spawn(new SpawnRequest { Program = "sleep", Arguments = ["sleep", "infinity"], Environment = ["PATH=/usr/bin:/bin"], JoinGroup = door, NewSession = true });
        ProcessHandle process = ProcessHandle.TryOpen(pid)!;
        _running.Add(process);
        return process;
    }
}
