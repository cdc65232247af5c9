using Microsoft.Win32.SafeHandles;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>Ports that are given other options while the workers run: all that were named, or none.</summary>
public sealed class DataPlaneReplugTests : IDisposable
{
    static readonly PortImpairment s_down = new(new Impairment { Down = true }, new Impairment { Down = true });

    readonly PlaneBench bench = new(1, PlaneBench.Lan, "abc");
    readonly Awkward awkward;

    public DataPlaneReplugTests()
    {
        (IPlug near, _) = PatchPlug.Pair();
        awkward = new Awkward(near);
        Assert.Null(bench.Plane.AddPorts([new PortSettings("z", "lan")], [awkward]));
    }

    [Fact]
    public void WhereOneLinkCannotBeMadeBadNoneIsAndNothingElseHasChanged()
    {
        Assert.Null(bench.Plane.SetSwitch(PlaneBench.Lan with { Name = "wan" }));
        Assert.Null(bench.Plane.Replug([Bad("c", new PortImpairment(null, null))]));
        awkward.IsUnwatchable = true;

        string? wrong = bench.Plane.Replug([Bad("a", s_down), Bad("c", s_down), Bad("b", s_down) with { Switch = "wan" }, Bad("z", s_down)]);

        Assert.Contains("EPERM", wrong, StringComparison.Ordinal);
        awkward.IsUnwatchable = false;
        Assert.All(bench.Plane.Ports, port => Assert.Equal(("lan", port.Name == "c" ? new PortImpairment(null, null) : null), (port.Switch, port.Options.Impair)));
        Assert.IsType<PatchPlug>(bench.Plane.FindPort("a")!.Plug);
        Assert.Equal("b:a c:a", bench.Hear("a"));

        Assert.Null(bench.Plane.Replug([Bad("a", s_down), Bad("z", s_down)]));
        Assert.Equal("c:b", bench.Hear("b"));
        Assert.Equal(1, bench.State("a").Drops!.Lost);
    }

    [Fact]
    public void WhereOneOfSeveralNewPortsCannotHaveABadLinkNoneIsAdded()
    {
        (IPlug near, IPlug far) = PatchPlug.Pair();
        using Awkward other = new(near);
        (IPlug first, IPlug itsEnd) = PatchPlug.Pair();
        other.IsUnwatchable = true;

        Assert.NotNull(bench.Plane.AddPorts([Bad("x", s_down), Bad("y", s_down)], [first, other]));

        Assert.Equal(["a", "b", "c", "z"], bench.Plane.Ports.Select(port => port.Name));
        // Still the caller's, and open.
        Assert.Null(bench.Plane.AddPorts([new PortSettings("x", "lan")], [first]));
        far.Dispose();
        itsEnd.Dispose();
    }

    public void Dispose() => bench.Dispose();

    static PortSettings Bad(string name, PortImpairment impair) => new(name, "lan") { Options = new PortOptions { Impair = impair } };

    /// <summary>A plug that for a while has a descriptor of a kind that epoll does not take.</summary>
    sealed class Awkward(IPlug inner) : IPlug
    {
        readonly Fd file = RegularFile();

        public bool IsUnwatchable { get; set; }

        public Fd Readiness => IsUnwatchable ? file : inner.Readiness;

        public bool CarriesOffloads => inner.CarriesOffloads;

        public int Headroom => inner.Headroom;

        public Transfer Receive(FrameBatch into) => inner.Receive(into);

        public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => inner.Send(batch, frames);

        public void Dispose()
        {
            inner.Dispose();
            file.Dispose();
        }

        static Fd RegularFile()
        {
            string path = Path.GetTempFileName();
            using SafeFileHandle opened = File.OpenHandle(path);
            File.Delete(path);
            Fd file = new((int)opened.DangerousGetHandle());
            opened.SetHandleAsInvalid();
            return file;
        }
    }
}
