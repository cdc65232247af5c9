using System.Buffers.Binary;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>A VLAN-aware switch with ports from 1, all on one worker.</summary>
sealed class VlanBench
{
    public const long MacAgeMs = 100_000;
    public const ulong Broadcast = 0xFF_FF_FF_FF_FF_FF;
    public const int Untagged = -1;

    readonly Port[] ports;
    readonly PluggedPort[] plugged;
    readonly Forwarder forwarder = new(0, default);

    public VlanBench(params PortVlans[] vlans)
    {
        ports = [.. vlans.Select((_, index) => new Port($"port-{index + 1}", new MemoryPlug(), slot: index + 1, worker: 0, workers: 1))];
        SwitchView view = new(new SwitchSettings("lan", 32, MacAgeMs, Hub: false) { MoveAfterMs = MoveAfterMs }, Table, [null, .. ports], ports)
        {
            Vlans = [PortVlans.Default, .. vlans],
            LooksAtTags = true,
        };
        plugged = [.. ports.Select((port, index) => new PluggedPort(port, view, index + 1))];
    }

    public const long MoveAfterMs = 3_000;
    public long Now { get; set; } = 1_000_000;
    public ForwardingTable Table { get; } = new(1024, seed: 42);
    public FrameBatch Batch { get; } = new();

    /// <summary>"10", "none+10,20": untagged, then tagged.</summary>
    public static PortVlans Vlans(string text, params int[] discarding)
    {
        string[] parts = text.Split('+');
        Assert.True(VlanSet.TryParse(parts.Length > 1 ? parts[1] : "", out VlanSet tagged));
        return new PortVlans(new VlanMembership(parts[0] == "none" ? VlanMembership.None : int.Parse(parts[0], null), tagged), VlanSet.Of(discarding));
    }

    public static ulong Host(int number) => 0x02_00_00_00_00_00UL + (ulong)number;

    public MemoryPlug Plug(int number) => (MemoryPlug)ports[number - 1].Plug;

    public void Limit(int number, StormSettings limits) => ports[number - 1].Storm = new StormControl(limits);

    public PortCounters Total(int number) => ports[number - 1].Total();

    /// <summary>What the plugs were sent, not what the switch has learned.</summary>
    public void Forget() => Array.ForEach(ports, port => ((MemoryPlug)port.Plug).Sent.Clear());

    /// <param name="tag">Priority and VLAN; <see cref="Untagged"/> for none.</param>
    public void Receive(int number, ulong destination, ulong source, int tag = Untagged)
    {
        Batch.Clear();
        Batch.AddPlain(Frame(destination, source, tag));
        Forward(number);
    }

    public void Receive(int number, IEnumerable<byte[]> frames)
    {
        Batch.Clear();
        foreach (byte[] frame in frames)
        {
            Batch.AddPlain(frame);
        }
        Forward(number);
    }

    /// <summary>And sees to it that the batch is what it was.</summary>
    public void Forward(int number)
    {
        byte[][] before = [.. Enumerable.Range(0, Batch.Count).Select(index => Batch.HeaderAndFrame(index).ToArray())];
        Run(number);
        Assert.Equal(before, Enumerable.Range(0, Batch.Count).Select(index => Batch.HeaderAndFrame(index).ToArray()));
    }

    public void Run(int number) => forwarder.Forward(Batch, plugged[number - 1], Now);

    /// <summary>60 bytes, 64 with a tag, as on a wire without padding of our own.</summary>
    public static byte[] Frame(ulong destination, ulong source, int tag, byte index = 0)
    {
        int at = tag == Untagged ? 12 : 16;
        byte[] frame = new byte[48 + at];
        BinaryPrimitives.WriteUInt64BigEndian(frame, destination << 16);
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(6), source << 16);
        if (tag != Untagged)
        {
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(12), 0x8100_0000 | (uint)tag);
        }
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at), 0x88B5);
        frame[at + 2] = index;
        return frame;
    }
}
