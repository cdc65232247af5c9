using CsCheck;
using Vdeorch.Plugs.Frames;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Offloading;

public class CoalesceTests
{
    const int SegmentBytes = 1_448;

    static readonly TcpPacket Stream = new() { TcpOptions = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2], Payload = OffloadsTests.Payload(20_000), Flags = 0x18 };

    [Fact]
    public void SegmentsBecomeTheSuperFrameTheyWereCutFrom() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 2], Gen.Int[500, 9_000], Gen.UInt, Gen.UShort, Gen.Int[1, 60_000]).Sample((v6, tags, segmentBytes, sequence, id, bytes) =>
        {
            TcpPacket large = Stream with
            {
                IsV6 = v6,
                Tags = tags,
                Sequence = sequence,
                Identification = id,
                Payload = OffloadsTests.Payload(Math.Min(bytes, segmentBytes * 40)),
            };
            FrameBatch batch = LaidOut(9_234, large.Cut(segmentBytes));
            int segments = batch.Count;

            Offloads.Coalesce(batch, 0);

            Assert.Equal(1, batch.Count);
            Assert.Equal(segments == 1 ? OffloadsTests.Plain(large) : large.ToSuperFrame(segmentBytes), batch.HeaderAndFrame(0).ToArray());
            MemoryPlug plug = new();
            Offloads.Send(plug, batch, [0]);
            Assert.Equal(large.Cut(segmentBytes).Select(segment => segment.ToFrame()), plug.Sent);
        });

    [Fact]
    public void PackedFramesMergeAsThoseWithGapsDo()
    {
        FrameBatch batch = OffloadsTests.Batch(Stream.Cut(SegmentBytes).Select(OffloadsTests.Plain));

        Offloads.Coalesce(batch, 0);

        Assert.Equal(Stream.ToSuperFrame(SegmentBytes), Assert.Single(Frames(batch)));
    }

    [Fact]
    public void WhateverTheMixTheStreamsStayWhatTheyWere() =>
        Gen.Select(Gen.Int[0, 3].Array[1, 60], Gen.Int[0, 9].Array[60], Gen.Int[0, 1]).Sample((flows, events, packed) =>
        {
            TcpPacket[] streams =
            [
                new() { Source = 1, Payload = new byte[700] },
                new() { Source = 2, IsV6 = true, Payload = new byte[900] },
                new() { Source = 3, IsUdp = true, Payload = new byte[700] },
                new() { Source = 4, Tags = 1, Payload = new byte[500] },
            ];
            List<TcpPacket> sent = [];
            for (int i = 0; i < flows.Length; i++)
            {
                ref TcpPacket stream = ref streams[flows[i]];
                TcpPacket packet = stream with { Payload = OffloadsTests.Payload(stream.Payload.Length) };
                packet = events[i] switch
                {
                    0 => packet with { Flags = 0x18 },
                    1 => packet with { Payload = [1, 2, 3] },
                    2 => packet with { Sequence = packet.Sequence + 5 },
                    3 => packet with { Acknowledgement = packet.Acknowledgement + 1 },
                    4 => packet with { Payload = [], Flags = 0x11 },
                    _ => packet,
                };
                sent.Add(packet);
                stream = packet with
                {
                    Sequence = packet.Sequence + (uint)packet.Payload.Length,
                    Identification = (ushort)(packet.Identification + 1),
                    Flags = 0x10,
                    Payload = stream.Payload,
                };
            }
            FrameBatch batch = packed == 0 ? OffloadsTests.Batch(sent.Select(OffloadsTests.Plain)) : LaidOut(4_000, sent);

            Offloads.Coalesce(batch, 0);

            MemoryPlug plug = new();
            Offloads.Send(plug, batch, [.. Enumerable.Range(0, batch.Count)]);
            Assert.Equal(sent.Count, plug.Sent.Count);
            foreach (TcpPacket stream in streams)
            {
                Assert.Equal(
                    sent.Where(packet => packet.Source == stream.Source).Select(packet => packet.ToFrame()),
                    plug.Sent.Where(frame => frame[11] == stream.Source));
            }
        });

    public static TheoryData<string> Differences => [.. Different.Keys];

    static readonly Dictionary<string, Func<TcpPacket, TcpPacket>> Different = new()
    {
        ["a gap in the stream"] = packet => packet with { Sequence = packet.Sequence + 1 },
        ["another acknowledgement"] = packet => packet with { Acknowledgement = 78 },
        ["another window"] = packet => packet with { Window = 513 },
        ["other options"] = packet => packet with { TcpOptions = [1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 2] },
        ["congestion seen on the way"] = packet => packet with { Tos = 3 },
        ["another time to live"] = packet => packet with { Ttl = 63 },
        ["the end of the stream"] = packet => packet with { Flags = 0x11 },
        ["a reset"] = packet => packet with { Flags = 0x14 },
        ["urgent data"] = packet => packet with { Flags = 0x30 },
        ["congestion told"] = packet => packet with { Flags = 0x50 },
        ["a longer segment"] = packet => packet with { Payload = new byte[SegmentBytes + 1] },
        ["a fragmentable packet out of step"] = packet => packet with { DontFragment = false, Identification = 9 },
        ["options of IP"] = packet => packet with { IpOptions = [1, 1, 1, 1] },
        ["a tag"] = packet => packet with { Tags = 1 },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void WhatDiffersStaysApart(string difference)
    {
        TcpPacket[] segments = [.. Stream.Cut(SegmentBytes).Take(2)];
        segments[1] = Different[difference](segments[1]);
        FrameBatch batch = OffloadsTests.Batch(segments.Select(OffloadsTests.Plain));
        byte[][] before = Frames(batch);

        Offloads.Coalesce(batch, 0);

        Assert.Equal(before, Frames(batch));
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(1, 60)]
    [InlineData(0, 24)]
    [InlineData(1, 36)]
    [InlineData(1, 1_000)]
    public void AWrongChecksumIsLeftForTheReceiverToSee(int segment, int at)
    {
        FrameBatch batch = OffloadsTests.Batch(Stream.Cut(SegmentBytes).Take(2).Select(OffloadsTests.Plain));
        batch.Frame(segment)[at] ^= 1;
        byte[][] before = Frames(batch);

        Offloads.Coalesce(batch, 0);

        Assert.Equal(before, Frames(batch));
    }

    [Fact]
    public void AnIpPacketIsNeverLongerThanItCanSay()
    {
        TcpPacket[] segments = [.. (Stream with { Payload = new byte[9_000 * 9] }).Cut(9_000)];
        FrameBatch batch = LaidOut(9_234, segments);

        Offloads.Coalesce(batch, 0);

        Assert.Equal([7, 2], Frames(batch).Select(frame => (frame.Length - 12 - Stream.PayloadAt) / 9_000));
    }

    [Fact]
    public void FramesBeforeTheFirstAreLeftAlone()
    {
        FrameBatch batch = OffloadsTests.Batch(Stream.Cut(SegmentBytes).Take(4).Select(OffloadsTests.Plain));

        Offloads.Coalesce(batch, 2);

        Assert.Equal(3, batch.Count);
        Assert.Equal([0, 0, VirtioNetHeader.TcpV4], Enumerable.Range(0, 3).Select(i => (int)batch.Header(i).GsoType));
    }

    [Fact]
    public void AMergedFrameCanStillBeWrappedAndItsNeighboursToo()
    {
        TcpPacket other = new() { SourcePort = 9, Payload = OffloadsTests.Payload(100) };
        FrameBatch batch = LaidOut(4_000, [.. Stream.Cut(1_000).Take(2), other, .. Stream.Cut(1_000).Skip(2).Take(3), other]);

        Offloads.Coalesce(batch, 0);
        byte[][] before = Frames(batch);
        for (int i = 0; i < batch.Count; i++)
        {
            int bytes = batch.Frame(i).Length;
            batch.Push(i, FrameBatch.Headroom);
            batch.Frame(i)[..FrameBatch.Headroom].Fill(0xEE);
            batch.Resize(i, FrameBatch.Headroom + bytes + FrameBatch.Tailroom);
            batch.Frame(i)[^FrameBatch.Tailroom..].Fill(0xEE);
        }
        for (int i = 0; i < batch.Count; i++)
        {
            batch.Pull(i, FrameBatch.Headroom);
            batch.Resize(i, batch.Frame(i).Length - FrameBatch.Tailroom);
        }

        Assert.Equal(before, Frames(batch));
        Assert.True(batch.Count < 7);
    }

    static byte[][] Frames(FrameBatch batch) => [.. Enumerable.Range(0, batch.Count).Select(i => batch.HeaderAndFrame(i).ToArray())];

    static FrameBatch LaidOut(int roomBytes, IEnumerable<TcpPacket> packets)
    {
        FrameBatch batch = new();
        int rooms = batch.Lay(roomBytes);
        int taken = 0;
        foreach (TcpPacket packet in packets.Take(rooms))
        {
            byte[] frame = packet.ToFrame();
            frame.CopyTo(batch.Laid(taken));
            batch.Take(taken++, 0, frame.Length);
        }
        batch.Taken(taken);
        return batch;
    }
}
