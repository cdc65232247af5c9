using System.Diagnostics;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Streams;

/// <summary>
/// Frames out of a byte stream: its length, then the frame. Any split is fine, also within the length. For one thread.
/// </summary>
/// <remarks>
/// A length of 0, and of anything that is no frame, is skipped. A length no frame has means that we have lost our place: what has been read so far is
/// thrown away and the next bytes to come are taken for a length, as libvdeplug does it.
/// </remarks>
/// <param name="maxFrameBytes">The longest frame; a length beyond is a mistake.</param>
sealed class Deframer(int maxFrameBytes, Framing framing)
{
    const int LeastBufferBytes = 64 * 1024;
    const int MinFrameBytes = 14;

    readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(Math.Max(LeastBufferBytes, framing.HeaderBytes + framing.MaxLength));
    int start;
    int end;

    /// <summary>Where what comes next is to be read to; never empty once <see cref="Take"/> has found no more. Then <see cref="Filled"/>.</summary>
    public Span<byte> Room
    {
        get
        {
            if (start > 0)
            {
                // Little: part of one frame.
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                end -= start;
                start = 0;
            }
            return buffer.AsSpan(end);
        }
    }

    /// <summary>Whether part of a frame has come.</summary>
    public bool IsWithinFrame => end > start;

    public void Filled(int bytes)
    {
        Debug.Assert(bytes >= 0 && bytes <= buffer.Length - end);
        end += bytes;
    }

    /// <summary>Forgets the part of a frame that has come.</summary>
    public void Abort() => start = end = 0;

    /// <summary>Appends the frames that are whole.</summary>
    /// <returns>False when the batch was full first: there are more.</returns>
    public bool Take(FrameBatch into, ref int frames, ref long bytes)
    {
        while (end - start >= framing.HeaderBytes)
        {
            int length = framing.Read(buffer.AsSpan(start));
            if (length < 0 || length > Math.Max(maxFrameBytes, framing.MaxLength))
            {
                Abort();
                return true;
            }
            if (end - start < framing.HeaderBytes + length)
            {
                return true;
            }
            if (length >= MinFrameBytes && length <= maxFrameBytes)
            {
                if (!into.HasRoom)
                {
                    return false;
                }
                into.AddPlain(buffer.AsSpan(start + framing.HeaderBytes, length));
                frames++;
                bytes += length;
            }
            start += framing.HeaderBytes + length;
        }
        return true;
    }
}
