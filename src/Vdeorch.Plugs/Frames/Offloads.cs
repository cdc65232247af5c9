namespace Vdeorch.Plugs.Frames;

/// <summary>
/// What the kernel left to be done to a frame, done in software where a plug cannot carry it on; and the way back. On the thread that owns the batch:
/// 1. frames that need nothing go to the plug from the batch itself, in runs as long as they come;
/// 2. a checksum that is left is completed in place, once for all ports the frame goes to;
/// 3. a super-frame is cut into the batch's scratch, which is sent whenever it is full. The super-frame stays whole for ports that carry it.
/// </summary>
public static class Offloads
{
    static readonly int[] indices = [.. Enumerable.Range(0, FrameBatch.MaxFrames)];

    /// <summary>Sends frames to a plug: as they are to one that carries offloads; else each is checksummed, and segmented into the batch's scratch.</summary>
    /// <returns>In frames of the wire: a super-frame that is cut counts as its segments. One whose header does not fit it is dropped.</returns>
    public static Delivery Send(IPlug to, FrameBatch batch, ReadOnlySpan<int> frames)
    {
        Tally tally = default;
        if (to.CarriesOffloads || AllPlain(batch, frames))
        {
            tally.Send(to, batch, frames);
            return tally.Delivery;
        }
        FrameBatch scratch = batch.Scratch;
        scratch.Clear();
        // From here up to the frame that is looked at, all are plain and wait. While any do, the scratch is empty.
        int waiting = 0;
        for (int i = 0; i < frames.Length; i++)
        {
            ref VirtioNetHeader header = ref batch.Header(frames[i]);
            if (header.GsoType == VirtioNetHeader.NoSegmentation)
            {
                tally.SendAll(to, scratch);
                if (header.IsPlain || TryCompleteChecksum(ref header, batch.Frame(frames[i])))
                {
                    continue;
                }
                tally.Dropped++;
                tally.Send(to, batch, frames[waiting..i]);
            }
            else
            {
                tally.Send(to, batch, frames[waiting..i]);
                if (SuperFrame.TryRead(header, batch.Frame(frames[i]), out SuperFrame super))
                {
                    while (super.CutInto(scratch))
                    {
                        tally.SendAll(to, scratch);
                    }
                }
                else
                {
                    tally.Dropped++;
                }
            }
            waiting = i + 1;
        }
        tally.Send(to, batch, frames[waiting..]);
        tally.SendAll(to, scratch);
        return tally.Delivery;
    }

    /// <summary>Merges neighbouring TCP segments of one flow, from <paramref name="first"/> on, into super-frames; their checksums are verified first.</summary>
    public static void Coalesce(FrameBatch batch, int first)
    {
        if (batch.Count - first > 1)
        {
            new Coalescer(batch).Run(first);
        }
    }

    /// <summary>Every frame of a batch, as <see cref="IPlug.Send"/> wants them named.</summary>
    internal static ReadOnlySpan<int> All(FrameBatch batch) => indices.AsSpan(0, batch.Count);

    static bool AllPlain(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        foreach (int frame in frames)
        {
            if (!batch.Header(frame).IsPlain)
            {
                return false;
            }
        }
        return true;
    }

    static bool TryCompleteChecksum(ref VirtioNetHeader header, Span<byte> frame)
    {
        int at = header.ChecksumStart + header.ChecksumOffset;
        if (at + sizeof(ushort) > frame.Length)
        {
            return false;
        }
        // The field holds the sum of the pseudo-header, and is added with the rest.
        InternetChecksum.WriteNonZero(frame[at..], InternetChecksum.Sum(frame[header.ChecksumStart..]));
        header = default;
        return true;
    }

    ref struct Tally
    {
        long bytes;
        int sent;

        public int Dropped;

        public readonly Delivery Delivery => new(sent, bytes, Dropped);

        public void Send(IPlug to, FrameBatch batch, ReadOnlySpan<int> frames)
        {
            if (frames.Length == 0)
            {
                return;
            }
            Transfer transfer = to.Send(batch, frames);
            sent += transfer.Frames;
            bytes += transfer.Bytes;
            Dropped += frames.Length - transfer.Frames;
        }

        public void SendAll(IPlug to, FrameBatch scratch)
        {
            Send(to, scratch, All(scratch));
            scratch.Clear();
        }
    }
}

/// <param name="Frames">Taken by the plug.</param>
/// <param name="Bytes">Of those.</param>
/// <param name="Dropped">Not taken.</param>
public readonly record struct Delivery(int Frames, long Bytes, int Dropped);
