using System.Buffers.Binary;
using System.Diagnostics;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Wrappers;
using Vdeorch.UnitTests.Plugs.Offloading;

namespace Vdeorch.Fuzz.Targets;

/// <summary>
/// Batches of frames with whatever virtio-net headers: sent to a plug that carries no offloads, merged and sent again; through VLANs in each other and both
/// sorts of encryption, out and back again; and as what these plugs get from a network where anybody sends anything.
/// An input is a run of frames, each behind two bytes: its length, and, in the highest bits, how often it is repeated at its end to make a long one.
/// </summary>
sealed class FramesTarget : ITarget, IDisposable
{
    const int LengthMask = 0x0fff;
    const int GrowthShift = 12;

    static readonly int[] s_all = [.. Enumerable.Range(0, FrameBatch.MaxFrames)];

    long now = 1_900_000_000;
    readonly FrameBatch batch = new();
    readonly PlainPlug plain = new();
    readonly LoopPlug network = new();
    readonly VlanPlug vlan;
    readonly (IPlug Sends, IPlug Receives)[] encrypted;

    public FramesTarget()
    {
        VlanPlug trunk = new(network, Vlan("vlan://7/trunk/qinq{null://}"));
        vlan = new VlanPlug(trunk, Vlan("vlan://4/tag=10:11-12{null://}"));
        encrypted =
        [
            (Agno(), Agno()),
            // Nobody hears himself.
            (Authenticated(), Authenticated()),
        ];
        // In its first second a plug takes nothing.
        now++;
    }

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        Input(new TcpPacket { Payload = new byte[1000] }.ToSuperFrame(300)),
        Input(new TcpPacket { IsV6 = true, Payload = new byte[1000] }.ToSuperFrame(300)),
        Input(new TcpPacket { IsUdp = true, Payload = new byte[700] }.ToSuperFrame(200)),
        Input(new TcpPacket { Tags = 2, IsV6 = true, Extensions = new byte[16], Payload = new byte[500] }.ToSuperFrame(300)),
        Input([.. new TcpPacket { Payload = new byte[800] }.Cut(200).Select(segment => (byte[])[.. new byte[VirtioNetHeader.Bytes], .. segment.ToFrame()])]),
        Input([.. new TcpPacket { IsV6 = true, Tags = 1, TcpOptions = [1, 1, 1, 1], Payload = new byte[600] }.Cut(200).Select(segment => (byte[])[.. new byte[VirtioNetHeader.Bytes], .. segment.ToFrame()])]),
        Input(new byte[VirtioNetHeader.Bytes + 60], new byte[VirtioNetHeader.Bytes + 14], new byte[VirtioNetHeader.Bytes]),
        [],
    ];

    public IReadOnlyList<byte[]> Tokens { get; } =
        [[0x81, 0, 0, 4], [0x88, 0xa8, 0, 7], [8, 0], [0x86, 0xdd], [1, 0], [1, 1], [1, 4], [1, 5], [0, 0x80], [0x45, 0], [0x60, 0, 0, 0], [6], [17], [0xff, 0xff], new byte[VirtioNetHeader.Bytes], new byte[40]];

    public long Frames { get; private set; }

    public long AllocatedBytes { get; private set; }

    public void Dispose()
    {
        vlan.Dispose();
        network.Dispose();
        plain.Dispose();
    }

    public void ResetCounters() => Frames = AllocatedBytes = 0;

    public void Run(ReadOnlySpan<byte> input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        int frames = Fill(input);
        // It is undone in place: what follows would see if it were not.
        network.Clear();
        _ = Offloads.Send(vlan, batch, s_all.AsSpan(0, batch.Count));
        Send();
        foreach ((IPlug sends, IPlug receives) in encrypted)
        {
            frames += Fill(input);
            network.Clear();
            Delivery sent = Offloads.Send(sends, batch, s_all.AsSpan(0, batch.Count));
            batch.Clear();
            BrokenPromiseException.Unless(receives.Receive(batch).Frames == sent.Frames && batch.Count == sent.Frames, "what was encrypted is decrypted");
        }

        frames += Fill(input);
        Offloads.Coalesce(batch, 0);
        BrokenPromiseException.Unless(batch.Count <= FrameBatch.MaxFrames, "merging makes fewer");
        Send();
        frames += Fill(input);
        network.Clear();
        _ = network.Send(batch, s_all.AsSpan(0, batch.Count));
        Receive(vlan);
        Receive(encrypted[0].Receives);
        Receive(encrypted[1].Receives);
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
        Frames += frames;
    }

    void Send()
    {
        plain.Taken = 0;
        Delivery sent = Offloads.Send(plain, batch, s_all.AsSpan(0, batch.Count));
        BrokenPromiseException.Unless(sent.Frames == plain.Taken && sent.Frames + sent.Dropped >= batch.Count, "every frame is sent or counted as dropped");
    }

    void Receive(IPlug from)
    {
        batch.Clear();
        network.Rewind();
        BrokenPromiseException.Unless(from.Receive(batch).Frames == batch.Count, "what comes in is counted");
    }

    AgnoPlug Agno() => new(network, new byte[16], AgnoOptions.DefaultEtherType, () => 1_900_000_000);

    AuthenticatedPlug Authenticated() => new(network, new byte[32], AgnoOptions.DefaultEtherType, () => now);

    static VlanOptions Vlan(string locator) => VlanOptions.From(UvdelParser.ParseStrict(locator, out _)!);

    int Fill(ReadOnlySpan<byte> input)
    {
        batch.Clear();
        while (input.Length > 2 && batch.HasRoom)
        {
            int word = BinaryPrimitives.ReadUInt16BigEndian(input);
            int bytes = Math.Min(word & LengthMask, input.Length - 2);
            ReadOnlySpan<byte> piece = input.Slice(2, bytes);
            input = input[(2 + bytes)..];
            if (bytes < VirtioNetHeader.Bytes)
            {
                continue;
            }

            Span<byte> room = batch.Room;
            piece.CopyTo(room);
            int length = bytes;
            for (int growth = 1 << (word >> GrowthShift); growth > 1 && length + bytes <= room.Length; growth--)
            {
                piece.CopyTo(room[length..]);
                length += bytes;
            }

            batch.Add(length);
        }

        return batch.Count;
    }

    static byte[] Input(params byte[][] headersAndFrames)
    {
        List<byte> input = [];
        foreach (byte[] one in headersAndFrames)
        {
            input.AddRange([(byte)(one.Length >> 8), (byte)one.Length, .. one]);
        }

        return [.. input];
    }

    sealed class PlainPlug : IPlug
    {
        public int Taken { get; set; }

        public Fd Readiness => throw new UnreachableException();

        public int Headroom => 0;

        public Transfer Receive(FrameBatch into) => throw new UnreachableException();

        public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
        {
            long bytes = 0;
            foreach (int frame in frames)
            {
                BrokenPromiseException.Unless(batch.Header(frame).IsPlain, "only plain frames come to a plug that carries no offloads");
                bytes += batch.Frame(frame).Length;
            }

            Taken += frames.Length;
            return new Transfer(frames.Length, bytes, 0);
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Gives back what it was sent, each time it is asked after <see cref="Rewind"/>; of frames too long for VDE it takes none.</summary>
    sealed class LoopPlug : IPlug
    {
        readonly FrameBatch sent = new();
        int given;

        public Fd Readiness => throw new UnreachableException();

        public int Headroom => 0;

        public void Clear()
        {
            sent.Clear();
            given = 0;
        }

        public void Rewind() => given = 0;

        public Transfer Receive(FrameBatch into)
        {
            int first = into.Count;
            long bytes = 0;
            for (; given < sent.Count && into.HasRoom; given++)
            {
                into.AddPlain(sent.Frame(given));
                bytes += sent.Frame(given).Length;
            }

            return new Transfer(into.Count - first, bytes, Errnos.Again);
        }

        public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
        {
            int taken = 0;
            long bytes = 0;
            foreach (int frame in frames)
            {
                if (sent.HasRoom && batch.Frame(frame).Length <= FrameBatch.MaxPlainFrameBytes)
                {
                    sent.AddPlain(batch.Frame(frame));
                    bytes += batch.Frame(frame).Length;
                    taken++;
                }
            }

            return new Transfer(taken, bytes, 0);
        }

        public void Dispose()
        {
        }
    }
}
