using Vdeorch.Linux.Io;
using Vdeorch.Linux.Streams;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Streams;

/// <summary>Frames over two byte streams, one each way: standard input and output in a dpipe or behind ssh, the pipes to a child.</summary>
/// <remarks>The framing is in <see cref="Deframer"/> and <see cref="Framer"/>. The end of the one, or nobody at the other end of the other, is the end of the plug.</remarks>
public sealed class StreamPlug : IPlug
{
    /// <summary>What vde_plug takes: its frame buffer and two bytes.</summary>
    public const int MaxFrameBytes = FrameBatch.MaxPlainFrameBytes + 2;

    /// <summary>Of one call: what comes may be all skipped, and others wait for their turn.</summary>
    const int MaxReads = 4;

    /// <summary>What may wait for a reader who is slower than the senders, before anything is dropped: 20 ms of 100 Mbit/s.</summary>
    const int QueueBytes = 256 * 1024;

    const ulong ReadToken = 0;
    const ulong WriteToken = 1;

    readonly StreamEnd reads;
    readonly StreamEnd writes;
    readonly Deframer deframer;
    readonly Framer framer;
    readonly Epoll readiness = new();

    /// <summary>Raised while there are frames that no descriptor tells of: they have been read already, or come from a file.</summary>
    readonly EventFd more = new();
    bool isMore;

    /// <summary>Both ends are owned from now on, whatever happens.</summary>
    public StreamPlug(StreamEnd reads, StreamEnd writes, int maxFrameBytes = MaxFrameBytes)
        : this(reads, writes, maxFrameBytes, Framing.Vde)
    {
    }

    internal StreamPlug(StreamEnd reads, StreamEnd writes, int maxFrameBytes, Framing framing)
    {
        (this.reads, this.writes) = (reads, writes);
        deframer = new Deframer(maxFrameBytes, framing);
        writes.Widen(QueueBytes);
        framer = new Framer(writes, maxFrameBytes, framing, WatchForRoom);
        try
        {
            readiness.Add(more.Fd, ReadToken, Interest.Readable);
            if (reads.IsPollable)
            {
                readiness.Add(reads.Fd, ReadToken, Interest.Readable);
            }
            else
            {
                more.Raise();
            }
            if (writes.IsPollable)
            {
                // That nobody reads it any more comes unasked.
                readiness.Add(writes.Fd, WriteToken, Interest.None);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>On standard input and output, which are left as they are.</summary>
    public static StreamPlug OnStandardStreams()
    {
        StreamEnd reads = StreamEnd.Borrow(0, writes: false);
        try
        {
            return new StreamPlug(reads, StreamEnd.Borrow(1, writes: true));
        }
        catch
        {
            reads.Dispose();
            throw;
        }
    }

    public Fd Readiness => readiness.Fd;

    public int Headroom => 0;

    /// <summary>Whether part of a frame has come whose rest has not.</summary>
    public bool IsWithinFrame => deframer.IsWithinFrame;

    /// <summary>Forgets that part: what comes next is taken for a length.</summary>
    public void Abort() => deframer.Abort();

    public Transfer Receive(FrameBatch into)
    {
        framer.Flush();
        int frames = 0;
        long bytes = 0;
        bool hasMore = !deframer.Take(into, ref frames, ref bytes);
        for (int turn = 0; turn < MaxReads && !hasMore; turn++)
        {
            Span<byte> room = deframer.Room;
            IoResult read = reads.Read(room);
            if (!read.IsOk)
            {
                // Nothing to read, and nobody who reads: only now, for what came before is still good.
                bool isOver = frames == 0 && read.Errno == Errnos.Again && writes.HasHungUp;
                return Done(frames, bytes, isOver ? Errnos.ConnectionReset : read.Errno, hasMore: false);
            }
            if (read.Count == 0)
            {
                // Level-triggered: the end is met again, with no frames before it.
                return Done(frames, bytes, frames > 0 ? 0 : Errnos.ConnectionReset, hasMore: false);
            }
            deframer.Filled(read.Count);
            hasMore = !deframer.Take(into, ref frames, ref bytes);
            if (read.Count < room.Length)
            {
                break;
            }
        }
        return Done(frames, bytes, 0, hasMore);
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => framer.Send(batch, frames);

    public void Dispose()
    {
        readiness.Dispose();
        more.Dispose();
        reads.Dispose();
        writes.Dispose();
        framer.Dispose();
    }

    Transfer Done(int frames, long bytes, int errno, bool hasMore)
    {
        if (hasMore != isMore && reads.IsPollable)
        {
            isMore = hasMore;
            if (hasMore)
            {
                more.Raise();
            }
            else
            {
                more.Clear();
            }
        }
        return new Transfer(frames, bytes, errno);
    }

    void WatchForRoom(bool isWaiting)
    {
        if (writes.IsPollable)
        {
            readiness.Modify(writes.Fd, WriteToken, isWaiting ? Interest.Writable : Interest.None);
        }
    }
}
