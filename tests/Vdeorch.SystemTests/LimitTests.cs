using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Limiting;
using Vdeorch.Linux.Cgroups;
using Vdeorch.Model.Topologies;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Limits of namespaces and services: what this host can do of them is done, and what it cannot is said.</summary>
public class LimitTests
{
    const string Limited = """
        switches: { lan: {} }
        namespaces:
          a: { to: lan, address: 10.0.0.1/24, limits: { memory: 64M, cpus: 0.5, pids: 100 }, services: { s: { run: [sleep, infinity], limits: { pids: 20 } } } }
        """;

    [Theory, RootAndUser]
    public Task LimitsThatHaveNoEffectAreSaidAndAreNoDrift(Who who) => Lab.RunAsync(who, async lab =>
    {
        Assert.SkipWhen(CgroupHost.Look(who == Who.Root).Places.Any(place => place.IsWritable && place.Controllers.Contains("memory")), "a host without delegated limits");
        const string Said = "limits of namespace/a, service/a/s have no effect here: ";
        Assert.Contains(Said, (await lab.RunAsync("plan", lab.Write(Limited))).Exited(0).Err, StringComparison.Ordinal);

        Finished applied = (await lab.ApplyAsync(Limited)).Exited(0);

        Assert.Contains(Said, applied.Out + applied.Err, StringComparison.Ordinal);
        Assert.Contains(Said, (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(0).Out, StringComparison.Ordinal);
        await lab.ExpectNothingToDoAsync();
        (await lab.RunAsync("drift", lab.Topology)).Exited(0);
        string got = (await lab.RunAsync("get", lab.Topology)).Exited(0).Out;
        Assert.Contains("limits: { cpus: 0.5, memory: 64M, pids: 100 }", got, StringComparison.Ordinal);
        File.WriteAllText(lab.File, got);
        await lab.ExpectNothingToDoAsync();
        Assert.Contains("limits by cgroup v2", (await lab.RunAsync("doctor")).Out, StringComparison.Ordinal);
        Assert.Null(Directory.EnumerateDirectories("/sys/fs/cgroup", $"vdeorch*{Path.GetFileName(lab.RunDirectory)}*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).FirstOrDefault());
    });

    // With a controller that counts here and limits nothing: groups, leaves and who is in them are the same for any.
    [Fact]
    public Task ProgramsAreInTheGroupsOfTheirNamespaceUntilItGoes() => Lab.RunAsync(Who.Root, async lab =>
    {
        CgroupHost host = CgroupHost.Look(isRoot: true);
        Assert.SkipUnless(host.Places is [{ IsWritable: true, Controllers: ["hugetlb"], Enabled.IsEmpty: true }], "a cgroup v2 with hugetlb alone, which nobody uses");
        CgroupPlace place = host.Places[0];
        RunDirectory run = new(lab.RunDirectory, IsRootless: false, IsInside: false);
        LimitGroups groups = new(run, new Lazy<LimitGround>(() => new LimitGround(place.Directory, ["hugetlb"])));
        string top = LimitPlaces.Base(place.Directory, run);
        string a = LimitPlaces.Namespace(top, lab.Topology, "a");
        try
        {
            (await lab.ApplyAsync(Limited.Replace("limits: { memory: 64M, cpus: 0.5, pids: 100 }, ", "", StringComparison.Ordinal).Replace(", limits: { pids: 20 }", "", StringComparison.Ordinal))).Exited(0);
            int service = (await lab.StatusAsync())["service/a/s"].Pid!.Value;
            Running other = lab.Start("exec", $"{lab.Topology}/a", "sleep", "infinity");
            await Wait.UntilAsync("it runs", () => Processes.All().Any(pid => Processes.Parent(pid) == other.Pid && Processes.CommandLine(pid) is ["sleep", ..]));

            groups.Limit(lab.Topology, "a", new Limits(1 << 26, null, null), new Dictionary<int, string> { [service] = "s" });

            Assert.Equal([service], CgroupValues.Processes($"{a}/service.s"));
            Assert.Single(CgroupValues.Processes($"{a}/exec"));
            Assert.Empty(CgroupValues.Processes(a));
            // What is started later is born there: by the engine, and by a verb.
            Processes.Kill(service);
            await Wait.UntilAsync("another one runs there", () => CgroupValues.Processes($"{a}/service.s") is [var next] && next != service);
            Assert.Contains($"0::/{Path.GetFileName(top)}/{lab.Topology}.a/exec", (await lab.RunAsync("exec", $"{lab.Topology}/a", "cat", "/proc/self/cgroup")).Exited(0).Out, StringComparison.Ordinal);

            (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

            Assert.False(Directory.Exists(top));
            Assert.False(File.Exists(run.CgroupNote));
        }
        finally
        {
            Cgroup.TryRemove(top);
            Cgroup.Find(place.Directory)!.Write("cgroup.subtree_control", "-hugetlb");
        }
    });
}
