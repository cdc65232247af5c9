using Vdeorch.Linux.Io;
using Vdeorch.Linux.Streams;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Streams;

/// <summary>
/// Frames into a byte stream, by any number of senders at once; one of them is inside at a time, and none waits for the other side longer than its
/// batch's <see cref="Grace"/>.
/// 1. The rest of a frame that was begun earlier goes first; while it does not, nothing is taken.
/// 2. Frames go in groups that a pipe takes whole or not at all, lengths and frames in one writev, so that a reader who expects a frame behind its length finds it.
/// 3. Of a frame that was cut (by a socket, or because it is longer than a group) the rest is kept: the stream never loses its place.
/// </summary>
/// <param name="end">Stays the caller's.</param>
/// <param name="restChanged">Told, under the lock, whether a rest waits to be written: <see cref="Flush"/> is then due when the stream is writable.</param>
sealed class Framer(StreamEnd end, int maxFrameBytes, Framing framing, Action<bool> restChanged) : IDisposable
{
    readonly Lock gate = new();
    readonly StreamVector parts = new();
    readonly byte[] lengths = GC.AllocateArray<byte>(FrameBatch.MaxFrames * framing.HeaderBytes, pinned: true);
    readonly byte[] rest = GC.AllocateUninitializedArray<byte>(maxFrameBytes + framing.HeaderBytes);
    int restStart;
    int restEnd;
    volatile bool hasRest;

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        lock (gate)
        {
            int taken = 0;
            long bytes = 0;
            int errno = FlushRest();
            while (frames.Length > 0)
            {
                if (errno == Errnos.Again && batch.Grace.TryWait(end.Fd))
                {
                    errno = FlushRest();
                    continue;
                }
                if (errno != 0)
                {
                    break;
                }
                int group = Gather(batch, frames, out int groupBytes);
                if (group == 0)
                {
                    int before = taken;
                    errno = batch.Frame(frames[0]).Length <= maxFrameBytes ? SendLong(batch.Frame(frames[0]), ref taken, ref bytes) : 0;
                    if (taken > before || errno == 0)
                    {
                        frames = frames[1..];
                    }
                    continue;
                }
                IoResult written = end.Write(parts, group * 2, groupBytes);
                errno = written.Errno;
                if (written.Count < groupBytes)
                {
                    frames = frames[Settle(batch, frames[..group], written.Count, ref taken, ref bytes)..];
                    errno = errno == 0 ? Errnos.Again : errno;
                    continue;
                }
                taken += group;
                bytes += groupBytes - group * framing.HeaderBytes;
                frames = frames[group..];
            }
            return new Transfer(taken, bytes, errno);
        }
    }

    /// <summary>Writes what waits, as far as it goes.</summary>
    public void Flush()
    {
        if (hasRest)
        {
            lock (gate)
            {
                FlushRest();
            }
        }
    }

    public void Dispose() => parts.Dispose();

    /// <returns>How many of the first frames go together; 0 when the first is too long for that.</returns>
    int Gather(FrameBatch batch, ReadOnlySpan<int> frames, out int bytes)
    {
        bytes = 0;
        int count = 0;
        foreach (int frame in frames)
        {
            Span<byte> content = batch.Frame(frame);
            if (bytes + framing.HeaderBytes + content.Length > framing.GroupBytes)
            {
                break;
            }
            Span<byte> length = lengths.AsSpan(count * framing.HeaderBytes, framing.HeaderBytes);
            framing.Write(length, content.Length);
            parts.Set(count * 2, length);
            parts.Set(count * 2 + 1, content);
            bytes += framing.HeaderBytes + content.Length;
            count++;
        }
        return count;
    }

    /// <summary>It may be cut wherever the stream likes, so it is copied to where a rest is kept anyway.</summary>
    int SendLong(ReadOnlySpan<byte> frame, ref int taken, ref long bytes)
    {
        framing.Write(rest, frame.Length);
        frame.CopyTo(rest.AsSpan(framing.HeaderBytes));
        IoResult written = end.Write(rest.AsSpan(0, framing.HeaderBytes + frame.Length));
        if (!written.IsOk || written.Count == 0)
        {
            return written.IsOk ? Errnos.Again : written.Errno;
        }
        taken++;
        bytes += frame.Length;
        return Keep(written.Count, framing.HeaderBytes + frame.Length);
    }

    /// <summary>Counts those of a group that went out, and keeps the rest of the one that was cut.</summary>
    /// <returns>How many these are.</returns>
    int Settle(FrameBatch batch, ReadOnlySpan<int> frames, int written, ref int taken, ref long bytes)
    {
        int begun = 0;
        foreach (int frame in frames)
        {
            if (written <= 0)
            {
                break;
            }
            Span<byte> content = batch.Frame(frame);
            begun++;
            taken++;
            bytes += content.Length;
            if (written < framing.HeaderBytes + content.Length)
            {
                framing.Write(rest, content.Length);
                content.CopyTo(rest.AsSpan(framing.HeaderBytes));
                Keep(written, framing.HeaderBytes + content.Length);
                break;
            }
            written -= framing.HeaderBytes + content.Length;
        }
        return begun;
    }

    /// <returns>As <see cref="FlushRest"/>.</returns>
    int Keep(int from, int to)
    {
        (restStart, restEnd) = (from, to);
        if (from == to)
        {
            return 0;
        }
        hasRest = true;
        restChanged(true);
        return FlushRest();
    }

    /// <returns>0 once nothing is left; else why not.</returns>
    int FlushRest()
    {
        while (restStart < restEnd)
        {
            IoResult written = end.Write(rest.AsSpan(restStart, restEnd - restStart));
            if (written.Errno == Errnos.Again || (written.IsOk && written.Count == 0))
            {
                return Errnos.Again;
            }
            // Any other error: nobody will read it.
            restStart = written.IsOk ? restStart + written.Count : restEnd;
            if (restStart == restEnd)
            {
                hasRest = false;
                restChanged(false);
            }
            if (!written.IsOk)
            {
                return written.Errno;
            }
        }
        return 0;
    }
}
