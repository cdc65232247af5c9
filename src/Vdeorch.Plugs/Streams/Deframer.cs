using System.Buffers.Binary;
using System.Diagnostics;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Streams;

/// <summary>
/// Frames out of a byte stream: two bytes of length, big-endian, then the frame. Any split is fine, also within the length. For one thread.
/// </summary>
/// <remarks>
/// A length of 0, and of anything that is no frame, is skipped. A length no frame has means that we have lost our place: what has been read so far is
/// thrown away and the next bytes to come are taken for a length, as libvdeplug does it.
/// </remarks>
/// <param name="maxFrameBytes">The longest frame; a length beyond is a mistake.</param>
sealed class Deframer(int maxFrameBytes)
{
    public const int HeaderBytes = 2;
    const int BufferBytes = 64 * 1024;
    const int MinFrameBytes = 14;

    readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
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
        while (end - start >= HeaderBytes)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(start));
            if (length > maxFrameBytes)
            {
                Abort();
                return true;
            }
            if (end - start < HeaderBytes + length)
            {
                return true;
            }
            if (length >= MinFrameBytes)
            {
                if (!into.HasRoom)
                {
                    return false;
                }
                into.AddPlain(buffer.AsSpan(start + HeaderBytes, length));
                frames++;
                bytes += length;
            }
            start += HeaderBytes + length;
        }
        return true;
    }
}
