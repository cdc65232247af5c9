using Vdeorch.Linux.Io;
using Vdeorch.Linux.Udp;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Overlays;

/// <summary>
/// Frames in UDP datagrams, each behind the same few bytes of header. What differs is which datagrams are taken and where frames go.
/// 1. sending: push the header into the headroom, gather neighbours of one place and length, one sendmmsg, pull the header off again;
/// 2. receiving: of each socket take what fits the batch, and hold back the rest; while there is any, the plug stays readable.
/// </summary>
abstract class DatagramPlug : IPlug
{
    /// <summary>Asked for when the user asks for nothing. Segments come in lumps of 64 KiB.</summary>
    protected const int DefaultBufferBytes = 2 << 20;

    protected const int MinFrameBytes = 14;

    readonly Epoll readable = new();
    readonly EventFd held = new();
    readonly Source[] sources;
    readonly byte[] header;
    bool isHeld;
    int latest;

    /// <param name="header">In front of each frame.</param>
    /// <param name="sending">The socket all frames leave from.</param>
    /// <param name="receiving">All that are read, <paramref name="sending"/> too. Owned from now on.</param>
    protected DatagramPlug(byte[] header, UdpSocket sending, params UdpSocket[] receiving)
    {
        this.header = header;
        Sending = sending;
        sources = [.. receiving.Select(socket => new Source(socket, new DatagramReader()))];
        readable.Add(held.Fd, 0, Interest.Readable);
        foreach (Source source in sources)
        {
            source.Socket.Coalesce();
            readable.Add(source.Socket.Fd, 0, Interest.Readable);
        }
    }

    public Fd Readiness => readable.Fd;

    public int Headroom => header.Length;

    protected UdpSocket Sending { get; }

    protected ReadOnlySpan<byte> Header => header;

    public Transfer Receive(FrameBatch into)
    {
        int before = into.Count;
        long bytes = 0;
        int errno = Errnos.Again;
        long now = Environment.TickCount64;
        // When many are wanted, none of the sockets may keep the others out by filling every batch. When one is, the socket that had the last is asked
        // first, and mostly alone.
        int first = into.Wanted > 1 ? latest + 1 : latest;
        for (int i = 0; i < sources.Length; i++)
        {
            int index = (first + i) % sources.Length;
            Source source = sources[index];
            bytes += Drain(source.Reader, into, now);
            int room = into.Wanted;
            if (source.Reader.HasMore || room == 0 || !into.HasRoom || (into.Count > before && source.Reader.Expected > room))
            {
                continue;
            }
            IoResult filled = source.Reader.Fill(source.Socket, room);
            if (filled.Count > 0)
            {
                latest = index;
                bytes += Drain(source.Reader, into, now);
            }
            if (!filled.IsOk && filled.Errno != Errnos.Again && !UdpSocket.IsOfTheNetwork(filled.Errno))
            {
                errno = filled.Errno;
            }
        }
        Hold(Array.Exists(sources, source => source.Reader.HasMore));
        return new Transfer(into.Count - before, bytes, into.Count > before ? 0 : errno);
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        DatagramVector datagrams = batch.Datagrams;
        datagrams.Clear();
        long now = Environment.TickCount64;
        int limit = Sending.SegmentLimit;
        ulong wrapped = 0;
        for (int i = 0; i < frames.Length; i++)
        {
            int frame = frames[i];
            int length = batch.Frame(frame).Length;
            if (length < MinFrameBytes || length > DatagramVector.MaxDatagramBytes - header.Length)
            {
                continue;
            }
            UdpEndpoint to = Destination(batch.Frame(frame), now);
            batch.Push(frame, header.Length);
            header.CopyTo(batch.Frame(frame));
            wrapped |= 1UL << i;
            datagrams.Add(batch.Frame(frame), to, limit);
        }
        Sent sent = Sending.Send(datagrams);
        for (int i = 0; i < frames.Length; i++)
        {
            if ((wrapped & (1UL << i)) != 0)
            {
                batch.Pull(frames[i], header.Length);
            }
        }
        return new Transfer(sent.Datagrams, sent.Bytes - (long)sent.Datagrams * header.Length, sent.Errno);
    }

    public virtual void Dispose()
    {
        readable.Dispose();
        held.Dispose();
        foreach (Source source in sources)
        {
            source.Socket.Dispose();
            source.Reader.Dispose();
        }
    }

    /// <summary>Looks at a datagram, on the thread that receives: learns from it, does what it says.</summary>
    /// <returns>Whether there is a frame behind <see cref="Header"/>.</returns>
    protected abstract bool Accept(in Datagram datagram, long now);

    /// <summary>On any thread.</summary>
    /// <returns>The default for the peer that <see cref="Sending"/> is connected to.</returns>
    protected abstract UdpEndpoint Destination(ReadOnlySpan<byte> frame, long now);

    long Drain(DatagramReader reader, FrameBatch into, long now)
    {
        long bytes = 0;
        while (into.HasRoom && reader.TryNext(out Datagram datagram))
        {
            if (datagram.Bytes.Length <= header.Length + FrameBatch.MaxPlainFrameBytes && Accept(datagram, now))
            {
                ReadOnlySpan<byte> frame = datagram.Bytes[header.Length..];
                into.AddPlain(frame);
                bytes += frame.Length;
            }
        }
        return bytes;
    }

    // The kernel has given these datagrams away, so no descriptor of its is readable for them.
    void Hold(bool any)
    {
        if (any == isHeld)
        {
            return;
        }
        isHeld = any;
        if (any)
        {
            held.Raise();
        }
        else
        {
            held.Clear();
        }
    }

    sealed record Source(UdpSocket Socket, DatagramReader Reader);
}
