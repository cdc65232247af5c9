using System.Buffers.Binary;
using System.Diagnostics;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Runtime;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>A data plane whose workers run, with a switch <c>lan</c>. What its ports lead to is held here by the other end; names of ports are one letter.</summary>
sealed class PlaneBench : IDisposable
{
    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    readonly SortedDictionary<string, IPlug> ends = new(StringComparer.Ordinal);

    /// <param name="names">Of its ports, in order of their numbers.</param>
    public PlaneBench(int workers, SwitchSettings lan, string names)
    {
        Plane = new DataPlane(workers, _ => { });
        Assert.Null(Plane.SetSwitch(lan));
        foreach (char name in names)
        {
            Add($"{name}");
        }
    }

    public static SwitchSettings Lan { get; } = new("lan", 8, 100_000, Hub: false);

    public DataPlane Plane { get; }

    public static PortSettings Port(string name, VlanMembership? vlans) => new(name, "lan") { Options = new PortOptions { Vlans = vlans } };

    /// <summary>A port; in place of one of that name, if there is one.</summary>
    public void Add(string name)
    {
        ends.Remove(name, out IPlug? before);
        (IPlug near, IPlug far) = PatchPlug.Pair();
        Assert.Null(Plane.AddPorts([new PortSettings(name, "lan")], [near]));
        ends.Add(name, far);
        before?.Dispose();
    }

    public void Remove(string name)
    {
        Assert.Null(Plane.RemovePorts([name]));
        ends.Remove(name, out IPlug? gone);
        gone!.Dispose();
    }

    public PortState State(string name) => Plane.Ports.Single(port => port.Name == name);

    /// <summary>Frames from what a port leads to, which have been given out when this returns.</summary>
    public void Say(string name, ulong destination = VlanBench.Broadcast, int tag = VlanBench.Untagged, int count = 1)
    {
        FrameBatch batch = new();
        long before = State(name).RxFrames;
        for (int i = 0; i < count; i++)
        {
            batch.AddPlain(VlanBench.Frame(destination, VlanBench.Host(name[0]), tag));
        }
        Assert.Equal(count, ends[name].Send(batch, Offloads.All(batch)).Frames);
        // Given out in the same turn: whoever joins the wiring that is published next has finished with it.
        long began = Stopwatch.GetTimestamp();
        while (State(name).RxFrames < before + count)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < s_longest, "the frames were not received");
            Thread.Yield();
        }
        Assert.Null(Plane.Replug([]));
    }

    /// <summary>The same with one frame.</summary>
    /// <returns>Who got a frame of whom, and with which tag: <c>b:a/10 c:a</c>.</returns>
    public string Hear(string name, ulong destination = VlanBench.Broadcast, int tag = VlanBench.Untagged)
    {
        Say(name, destination, tag);
        FrameBatch batch = new();
        List<string> heard = [];
        foreach ((string end, IPlug plug) in ends)
        {
            batch.Clear();
            plug.Receive(batch);
            for (int i = 0; i < batch.Count; i++)
            {
                ReadOnlySpan<byte> frame = batch.Frame(i);
                string with = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) == VlanTag.Type ? $"/{BinaryPrimitives.ReadUInt16BigEndian(frame[14..])}" : "";
                heard.Add($"{end}:{(char)frame[11]}{with}");
            }
        }
        return string.Join(' ', heard.Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        Plane.Dispose();
        foreach (IPlug end in ends.Values)
        {
            end.Dispose();
        }
    }
}
