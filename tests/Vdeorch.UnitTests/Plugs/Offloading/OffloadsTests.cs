using CsCheck;
using Vdeorch.Plugs.Frames;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Offloading;

public class OffloadsTests
{
    static readonly Gen<TcpPacket> Packets =
        from v6 in Gen.Bool
        from udp in Gen.Bool
        from tags in Gen.Int[0, 2]
        from extensions in Gen.Int[0, 3]
        from options in Gen.Int[0, 10]
        from flags in Gen.Byte
        from identification in Gen.UShort
        from sequence in Gen.UInt
        from payload in Gen.Frequency((5, Gen.Byte.Array[0, 4_000]), (1, Gen.Byte.Array[60_000, 65_000]))
        select new TcpPacket
        {
            IsV6 = v6,
            IsUdp = udp,
            Tags = tags,
            Extensions = v6 ? new byte[8 * extensions] : [],
            IpOptions = v6 ? [] : [.. Enumerable.Repeat((byte)1, 4 * extensions)],
            TcpOptions = [.. Enumerable.Repeat((byte)1, 4 * options)],
            Flags = flags,
            Identification = identification,
            Sequence = sequence,
            Payload = payload,
        };

    [Fact]
    public void ASuperFrameIsCutIntoTheFramesItStandsFor() =>
        Gen.Select(Packets, Gen.Int[500, 9_000], Gen.Bool).Sample((packet, segmentBytes, reduced) =>
        {
            byte[] super = packet.ToSuperFrame(segmentBytes);
            super[1] |= reduced && !packet.IsUdp ? VirtioNetHeader.Ecn : (byte)0;
            byte[][] expected = [.. packet.Cut(segmentBytes).Select(segment => segment.ToFrame())];
            MemoryPlug plug = new();

            Delivery sent = Offloads.Send(plug, Batch(super), [0]);

            Assert.Equal(expected, plug.Sent);
            Assert.Equal(new Delivery(expected.Length, expected.Sum(frame => frame.Length), 0), sent);
        });

    [Fact]
    public void AChecksumThatWasLeftIsCompletedOnceForAll() =>
        Packets.Where(packet => packet.Payload.Length < 5_000).Sample(packet =>
        {
            byte[] left = packet.ToSuperFrame(0);
            left[1] = VirtioNetHeader.NoSegmentation;
            FrameBatch batch = Batch(left);
            MemoryPlug one = new();
            MemoryPlug two = new();

            Offloads.Send(one, batch, [0]);
            Offloads.Send(two, batch, [0]);

            Assert.Equal([packet.ToFrame()], one.Sent);
            Assert.Equal([packet.ToFrame()], two.Sent);
            Assert.True(batch.Header(0).IsPlain);
        });

    [Fact]
    public void FramesKeepTheirOrderAndTheSuperFrameStaysWholeForTheNextPort()
    {
        TcpPacket large = new() { Payload = Payload(40_000) };
        byte[] super = large.ToSuperFrame(500);
        byte[] small = Plain(new TcpPacket { SourcePort = 1, Payload = Payload(10) });
        byte[] malformed = large.ToSuperFrame(0);
        FrameBatch batch = Batch(small, super, small, malformed);
        batch.AddPlain(small.AsSpan(VirtioNetHeader.Bytes));
        MemoryPlug plug = new();
        byte[][] cut = [.. large.Cut(500).Select(segment => segment.ToFrame())];

        Delivery sent = Offloads.Send(plug, batch, [0, 1, 2, 3, 4]);

        byte[] plain = small[VirtioNetHeader.Bytes..];
        Assert.Equal([plain, .. cut, plain, plain], plug.Sent);
        Assert.Equal((cut.Length + 3, 1), (sent.Frames, sent.Dropped));
        Assert.Equal(super, batch.HeaderAndFrame(1));
    }

    [Fact]
    public void SegmentsThatAreNotTakenAreCounted()
    {
        TcpPacket large = new() { Payload = Payload(40_000) };
        MemoryPlug plug = new() { TakesAtMost = 10 };

        Delivery sent = Offloads.Send(plug, Batch(large.ToSuperFrame(1_000)), [0]);

        Assert.Equal((10, 30), (sent.Frames, sent.Dropped));
    }

    [Fact]
    public void AHeaderThatDoesNotFitItsFrameDropsIt()
    {
        byte[] super = new TcpPacket { Payload = Payload(3_000) }.ToSuperFrame(1_000);
        List<byte[]> wrong =
        [
            With(super, 4, 0, 0), // segments of nothing
            With(super, 6, 35, 0), // a checksum that starts elsewhere
            With(super, 8, 6, 0), // and is elsewhere
            With(super, 1, VirtioNetHeader.TcpV6),
            With(super, 1, VirtioNetHeader.UdpDatagrams),
            With(super, 1, 3), // fragments of a datagram, which taps do not ask for
            With(super, 12 + 14 + 2, 0xFF, 0xFF), // an IP packet longer than the frame
            With(super, 12 + 14 + 2, 0, 30), // and one too short for its headers
            With(super, 12 + 14 + 6, 0x20, 0), // a fragment
            With(super, 12 + 34 + 12, 0x40), // TCP's own header too short
            With(super, 12 + 14, 0x4F), // IP options that reach into TCP: what is there is no header of its length
            With(super, 12 + 12, 0x81), // not IP
            super[..(12 + 40)],
            super[..12],
        ];

        foreach (byte[] frame in wrong)
        {
            MemoryPlug plug = new();
            Assert.Equal(new Delivery(0, 0, 1), Offloads.Send(plug, Batch(frame), [0]));
            Assert.Empty(plug.Sent);
        }
    }

    [Fact]
    public void GarbageIsHarmlessAndCostsNoMemory()
    {
        byte[] template = new TcpPacket { IsV6 = true, Tags = 1, Payload = Payload(2_000) }.ToSuperFrame(700);
        byte[] other = new TcpPacket { Payload = Payload(2_000) }.ToSuperFrame(700);
        Random random = new(7);
        FrameBatch batch = new();
        NullPlug plug = new();
        byte[] frame = new byte[other.Length];
        Offloads.Send(plug, Batch(template), [0]);
        Offloads.Coalesce(batch, 0);
        _ = batch.Scratch;

        Assert.Equal(0, Allocated.Least(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                if (i % 16 == 0)
                {
                    batch.Clear();
                }
                int length = random.Next(12, other.Length);
                if (i % 4 == 0)
                {
                    random.NextBytes(frame.AsSpan(0, length));
                }
                else
                {
                    (i % 2 == 0 ? template : other).AsSpan(0, length).CopyTo(frame);
                    for (int changes = random.Next(6); changes > 0; changes--)
                    {
                        frame[random.Next(Math.Min(length, 100))] = (byte)random.Next(256);
                    }
                }
                if (!batch.HasRoom)
                {
                    batch.Clear();
                }
                frame.AsSpan(0, length).CopyTo(batch.Room);
                batch.Add(length);
                // One byte segments are legal, and slow.
                if (batch.Header(batch.Count - 1).SegmentBytes < 50)
                {
                    batch.Header(batch.Count - 1).SegmentBytes = 0;
                }
                Offloads.Send(plug, batch, [batch.Count - 1]);
                Offloads.Coalesce(batch, 0);
            }
        }));
    }

    static byte[] With(byte[] bytes, int at, params byte[] changed)
    {
        byte[] copy = [.. bytes];
        changed.CopyTo(copy, at);
        return copy;
    }

    internal static byte[] Payload(int bytes) => [.. Enumerable.Range(0, bytes).Select(i => (byte)(i * 7 + i / 256))];

    internal static byte[] Plain(TcpPacket packet) => [.. new byte[VirtioNetHeader.Bytes], .. packet.ToFrame()];

    internal static FrameBatch Batch(params IEnumerable<byte[]> headersAndFrames)
    {
        FrameBatch batch = new();
        foreach (byte[] bytes in headersAndFrames)
        {
            bytes.CopyTo(batch.Room);
            batch.Add(bytes.Length);
        }
        return batch;
    }
}
