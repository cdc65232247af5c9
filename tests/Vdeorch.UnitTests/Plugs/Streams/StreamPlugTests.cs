using System.Buffers.Binary;
using CsCheck;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Streams;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Streams;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Streams;

/// <summary>The framing over real pipes, with every split and every length.</summary>
public sealed class StreamPlugTests : IDisposable
{
    readonly Fd toPlug;
    readonly StreamEnd fromPlug;
    readonly StreamPlug plug;
    readonly FrameBatch batch = new();

    public StreamPlugTests()
    {
        (Fd reads, toPlug) = Descriptors.Pipe();
        (Fd back, Fd writes) = Descriptors.Pipe();
        fromPlug = StreamEnd.Own(back);
        plug = new StreamPlug(StreamEnd.Own(reads), StreamEnd.Own(writes));
    }

    public void Dispose()
    {
        plug.Dispose();
        toPlug.Dispose();
        fromPlug.Dispose();
    }

    [Fact]
    public void FramesComeWholeWhateverTheSplit() =>
        Gen.Select(Gen.Int[0, 1514].Array[1, 20], Gen.Int[1, 700].Array[1, 30]).Sample(
            (lengths, cuts) =>
            {
                byte[][] frames = [.. lengths.Select((length, i) => Frame(length, (byte)i))];
                byte[] stream = [.. frames.SelectMany(Framed)];
                List<byte[]> received = [];
                int at = 0;
                for (int i = 0; at < stream.Length; i++)
                {
                    int bytes = Math.Min(cuts[i % cuts.Length], stream.Length - at);
                    Descriptors.Write(toPlug, stream.AsSpan(at, bytes));
                    at += bytes;
                    Assert.True(ReceiveInto(received) is 0 or Errnos.Again);
                }

                Assert.Equal(frames.Where(frame => frame.Length >= 14), received);
            },
            iter: 200,
            threads: 1);

    [Fact]
    public void NothingThatComesIsMoreThanTheBytesItIs() =>
        Gen.Byte.Array[0, 3000].Sample(
            garbage =>
            {
                Descriptors.Write(toPlug, garbage);
                List<byte[]> received = [];

                Assert.True(ReceiveInto(received) is 0 or Errnos.Again);
                Assert.True(received.Sum(frame => frame.Length + 2) <= garbage.Length + 65_536);
            },
            iter: 1000,
            threads: 1);

    [Theory]
    [InlineData(200)]
    [InlineData(5_000)]
    public async Task NothingIsLostWhereAPipeThatIsFullMayBeWaitedFor(int bytes)
    {
        const int Frames = 2_000;
        byte[] frame = Frame(bytes, 7);
        Task<int> reader = Task.Run(() => Drain(Frames * (bytes + 2)), TestContext.Current.CancellationToken);
        int taken = 0;
        for (int i = 0; i < Frames; i++)
        {
            batch.Clear();
            batch.AddPlain(frame);
            batch.Grace.Grant(TimeSpan.FromSeconds(10));
            taken += plug.Send(batch, [0]).Frames;
        }
        // What a pipe has taken only in part goes on when there is room.
        while (!reader.IsCompleted)
        {
            ReceiveInto([]);
        }

        Assert.Equal(Frames, taken);
        Assert.Equal(Frames * (bytes + 2), await reader);
    }

    [Theory]
    [InlineData(9237)]
    [InlineData(65_535)]
    public void ALengthThatNoFrameHasLosesWhatWasReadAndNoMore(int length)
    {
        byte[] header = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)length);
        Descriptors.Write(toPlug, [.. header, .. new byte[100]]);
        List<byte[]> received = [];
        ReceiveInto(received);
        Descriptors.Write(toPlug, Framed(Frame(60, 7)));

        ReceiveInto(received);

        Assert.Equal([Frame(60, 7)], received);
    }

    [Fact]
    public void MoreThanABatchIsKeptAndShown()
    {
        Descriptors.Write(toPlug, [.. Enumerable.Range(0, 300).SelectMany(i => Framed(Frame(60, (byte)i)))]);
        List<byte[]> received = [];
        using Epoll readiness = new();
        readiness.Add(plug.Readiness, 1, Interest.Readable);
        Span<Ready> ready = stackalloc Ready[1];

        while (readiness.Wait(ready, 0) == 1)
        {
            ReceiveInto(received);
        }

        Assert.Equal(300, received.Count);
    }

    [Fact]
    public void TheEndOfTheStreamIsTheEndAlsoWithinALength()
    {
        Descriptors.Write(toPlug, [.. Framed(Frame(60, 1)), 0]);
        toPlug.Dispose();
        List<byte[]> received = [];

        Assert.Equal(0, ReceiveInto(received));
        Assert.Equal(Errnos.ConnectionReset, ReceiveInto(received));
        Assert.Equal([Frame(60, 1)], received);
    }

    [Fact]
    public void NobodyWhoReadsIsTheEndButNotBeforeWhatHasCome()
    {
        Descriptors.Write(toPlug, Framed(Frame(60, 1)));
        fromPlug.Dispose();
        List<byte[]> received = [];

        Assert.Equal(0, ReceiveInto(received));
        Assert.Equal(Errnos.ConnectionReset, ReceiveInto(received));
        Assert.Single(received);
    }

    [Theory]
    [InlineData(60, 1_000)]
    [InlineData(1514, 20_000)]
    [InlineData(4095, 20_000)]
    [InlineData(9234, 20_000)]
    public void AReaderWhoStopsLosesFramesAndNeverItsPlace(int bytes, int reads)
    {
        List<int> taken = [];
        int sent = 0;
        byte[] stream = [];
        for (int round = 0; round < 30; round++)
        {
            for (int i = 0; i < 300; i++)
            {
                batch.Clear();
                batch.AddPlain(Frame(bytes, (byte)sent));
                if (plug.Send(batch, [0]).Frames == 1)
                {
                    taken.Add(sent);
                }
                sent++;
            }
            // It wakes up for part of what waits.
            stream = [.. stream, .. Read(reads)];
        }
        while (true)
        {
            // As the worker does once there is room again.
            batch.Clear();
            plug.Receive(batch);
            byte[] more = Read(65_536);
            if (more.Length == 0)
            {
                break;
            }
            stream = [.. stream, .. more];
        }

        Assert.Equal([.. taken.SelectMany(i => Framed(Frame(bytes, (byte)i)))], stream);
        Assert.InRange(taken.Count, 1, sent - 1);
    }

    [Fact]
    public void SeveralSendersDoNotMixTheirFrames()
    {
        const int Each = 500;
        Thread[] senders = [.. Enumerable.Range(0, 3).Select(sender => new Thread(() =>
        {
            FrameBatch own = new();
            for (int i = 0; i < Each; i++)
            {
                own.Clear();
                own.AddPlain(Frame(14 + (i * 37 % 6000), (byte)(sender + 1)));
                plug.Send(own, [0]);
            }
        }))];
        Deframer deframer = new(StreamPlug.MaxFrameBytes, Framing.Vde);
        List<byte[]> received = [];
        foreach (Thread sender in senders)
        {
            sender.Start();
        }
        bool isOver;
        do
        {
            isOver = senders.All(sender => !sender.IsAlive);
            batch.Clear();
            plug.Receive(batch);
            byte[] some = Read(deframer.Room.Length);
            some.CopyTo(deframer.Room);
            deframer.Filled(some.Length);
            int frames = 0;
            long bytes = 0;
            bool hasMore;
            do
            {
                batch.Clear();
                hasMore = !deframer.Take(batch, ref frames, ref bytes);
                received.AddRange(Enumerable.Range(0, batch.Count).Select(i => batch.Frame(i).ToArray()));
            }
            while (hasMore);
            isOver &= some.Length == 0;
        }
        while (!isOver);

        Assert.NotEmpty(received);
        Assert.All(received, frame => Assert.True(frame.AsSpan(12).IndexOfAnyExcept(frame[12]) < 0, "a frame of several senders"));
    }

    [Fact]
    public void NothingIsAllocatedForAFrame()
    {
        byte[] framed = Framed(Frame(60, 1));

        Assert.Equal(0, Allocated.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                Round(framed);
            }
        }));
    }

    void Round(byte[] framed)
    {
        Span<byte> back = stackalloc byte[128];
        // A constant list would be allocated without optimisation.
        ReadOnlySpan<int> all = stackalloc int[1];
        Descriptors.Write(toPlug, framed);
        batch.Clear();
        plug.Receive(batch);
        plug.Send(batch, all);
        fromPlug.Read(back);
    }

    int ReceiveInto(List<byte[]> received)
    {
        batch.Clear();
        Transfer moved = plug.Receive(batch);
        received.AddRange(Enumerable.Range(0, batch.Count).Select(i => batch.Frame(i).ToArray()));
        return moved.Frames > 0 ? 0 : moved.Errno;
    }

    /// <summary>Reads until so many bytes have come, slower than they are sent.</summary>
    int Drain(int bytes)
    {
        byte[] buffer = new byte[3_000];
        int read = 0;
        while (read < bytes && Descriptors.Wait(fromPlug.Fd, Interest.Readable, TimeSpan.FromSeconds(10)))
        {
            read += fromPlug.Read(buffer).Count;
        }
        return read;
    }

    static byte[] Frame(int length, byte fill)
    {
        byte[] frame = new byte[length];
        frame.AsSpan(Math.Min(12, length)).Fill(fill);
        return frame;
    }

    static byte[] Framed(byte[] frame) => [(byte)(frame.Length >> 8), (byte)frame.Length, .. frame];

    byte[] Read(int bytes)
    {
        byte[] buffer = new byte[bytes];
        return buffer[..fromPlug.Read(buffer).Count];
    }
}
