using Vdeorch.Engine.Limiting;
using Vdeorch.Linux.Cgroups;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;
using Xunit;

namespace Vdeorch.UnitTests.Limiting;

/// <summary>What is written for a limit, what is read back, and where on a host limits can be put.</summary>
public class LimitTests
{
    static readonly Limits s_all = new(64L << 20, 500, 100);

    [Theory]
    [InlineData("cpu.max", "50000 100000", "max")]
    [InlineData("memory.max", "67108864", "max")]
    [InlineData("pids.max", "100", "max")]
    public void EachLimitIsOneFile(string name, string limited, string free)
    {
        LimitFile file = LimitFiles.All.Single(file => file.Name == name);

        Assert.Equal((limited, free), (LimitFiles.Text(file, s_all), LimitFiles.Text(file, Limits.None)));
    }

    [Fact]
    public void WhatIsWrittenReadsBack()
    {
        foreach (Limits limits in new[] { s_all, Limits.None, new Limits(null, 10, null), new Limits(3L << 30, 2500, null), new Limits(null, 1_024_000, 1) })
        {
            Assert.Equal(limits, LimitFiles.All.Aggregate(Limits.None, (read, file) => LimitFiles.Parse(file, LimitFiles.Text(file, limits), read)));
            Assert.Equal(limits, LimitFiles.All.Aggregate(Limits.None, (read, file) => file.With(read, limits.Fields.Where(field => field.Path == file.Path).Select(field => field.Value).FirstOrDefault())));
        }
    }

    [Theory]
    [InlineData("max 100000", null)]
    [InlineData("25000 50000", 500)]
    [InlineData("", null)]
    [InlineData("5", null)]
    public void OtherPeriodsAreReadToo(string text, int? thousandths) =>
        Assert.Equal(thousandths, LimitFiles.Parse(LimitFiles.All.Single(file => file.Controller == LimitFiles.Cpu), text, Limits.None).CpuThousandths);

    [Theory]
    [InlineData("64M", 64L << 20, "64M")]
    [InlineData("1024M", 1L << 30, "1G")]
    [InlineData("1024T", 1L << 50, "1024T")]
    public void SizesPrintInTheLargestUnit(string text, long bytes, string printed)
    {
        Assert.True(Sizes.TryParse(text, out long read));
        Assert.Equal((bytes, printed), (read, Sizes.Print(read)));
    }

    [Theory]
    [InlineData("64")]
    [InlineData("0M")]
    [InlineData("64m")]
    [InlineData("1.5G")]
    [InlineData("1025T")]
    [InlineData("99999999999999999999M")]
    [InlineData("-1M")]
    [InlineData("M")]
    public void WhatIsNoSizeIsRefused(string text) => Assert.False(Sizes.TryParse(text, out _));

    [Fact]
    public void TheMountAndOurGroupAreFoundAmongOthers()
    {
        Assert.Equal("/sys/fs/cgroup/unified", CgroupHost.MountOf(
        [
            "30 24 0:26 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu",
            "31 24 0:27 / /sys/fs/cgroup/unified rw,relatime shared:4 - cgroup2 cgroup2 rw",
        ]));
        Assert.Null(CgroupHost.MountOf(["30 24 0:26 / /sys/fs/cgroup rw - tmpfs cgroup2 rw", ""]));
        Assert.Equal("/user.slice/a", CgroupHost.OwnOf(["4:memory:/x", "0::/user.slice/a"]));
        Assert.Null(CgroupHost.OwnOf(["0::/../outside"]));
    }

    static readonly CgroupPlace s_delegated = new("/cg/user/app", ["cpu", "memory", "pids"]) { IsWritable = true };

    [Fact]
    public void WhatIsDelegatedLacksNothing()
    {
        LimitGround ground = LimitGround.Of(new CgroupHost("/cg", "/cg/user/app", [s_delegated, new CgroupPlace("/cg", ["cpu"])], []), isRoot: false);

        Assert.Equal(("/cg/user/app", null), (ground.Directory, ground.Lack));
        Assert.Equal(["cpu", "memory", "pids"], ground.Controllers);
        Assert.Null(ground.Warning(["namespace/a"]));
    }

    [Fact]
    public void ThePlaceWithTheMostControllersIsTaken() =>
        Assert.Equal("/cg/user/app", LimitGround.Of(new CgroupHost("/cg", "/cg/user/app/x", [new CgroupPlace("/cg/user/app/x", ["pids"]) { IsWritable = true }, s_delegated], []), isRoot: false).Directory);

    public static TheoryData<string, CgroupHost, bool, string, string> Lacks => new()
    {
        { "none", new CgroupHost(null, null, [], ["memory"]), true, "no cgroup v2 is mounted", "boot with systemd.unified_cgroup_hierarchy=1" },
        { "not ours", new CgroupHost("/cg", "/cg/s", [s_delegated with { IsWritable = false }], []), false, "/cg/s is not delegated", "systemd-run --user --scope -p Delegate=yes vdeorch engine run" },
        { "v1", new CgroupHost("/cg", "/cg", [new CgroupPlace("/cg", ["hugetlb"]) { IsWritable = true }], ["memory", "cpu", "pids"]), true, "/cg has no controller cpu, memory, pids to give: cgroup v1 holds", "boot with systemd.unified" },
        { "some", new CgroupHost("/cg", "/cg/s", [new CgroupPlace("/cg/s", ["memory", "pids"]) { IsWritable = true }], []), false, "/cg/s has no controller cpu to give", "sudo systemctl edit user@.service" },
    };

    [Theory]
    [MemberData(nameof(Lacks))]
    public void WhatIsLackingIsSaidWithWhatWouldDo(string what, CgroupHost host, bool isRoot, string lack, string fix)
    {
        LimitGround ground = LimitGround.Of(host, isRoot);

        Assert.Contains(lack, ground.Lack, StringComparison.Ordinal);
        Assert.Contains(fix, ground.Fix, StringComparison.Ordinal);
        Assert.StartsWith(what == "some" ? "limits of namespace/a, service/a/s have no effect here, but for memory, pids: " : "limits of namespace/a, service/a/s have no effect here: ",
            ground.Warning(["namespace/a", "service/a/s"]), StringComparison.Ordinal);
    }
}
