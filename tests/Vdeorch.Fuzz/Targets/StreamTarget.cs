using System.Buffers.Binary;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Streams;

namespace Vdeorch.Fuzz.Targets;

/// <summary>The stream framing, with the bytes after the first arriving in pieces as long as the first one says.</summary>
sealed class StreamTarget : ITarget
{
    const int HeaderBytes = 2;
    const int MinFrameBytes = 14;

    readonly FrameBatch batch = new();
    readonly Deframer deframer = new(StreamPlug.MaxFrameBytes, Framing.Vde);

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        [0], [1, 0, 14, .. new byte[14]], [5, 0, 60, .. new byte[60], 0, 60, .. new byte[60]], [255, 0, 0, 0, 3, 1, 2, 3, 0, 14, .. new byte[14]],
        [9, 0x24, 0x14, .. new byte[0x100]], [3, 0xff, 0xff, 1, 2, 3, 0, 20, .. new byte[20]],
    ];

    public IReadOnlyList<byte[]> Tokens { get; } = [[0, 0], [0, 1], [0, 13], [0, 14, .. new byte[14]], [0, 60, .. new byte[60]], [0x24, 0x14], [0x24, 0x15], [0xff, 0xff]];

    public long Frames { get; private set; }

    public long AllocatedBytes { get; private set; }

    public void ResetCounters() => Frames = AllocatedBytes = 0;

    public void Run(ReadOnlySpan<byte> input)
    {
        int piece = Math.Max(1, (int)(input.IsEmpty ? (byte)1 : input[0]));
        ReadOnlySpan<byte> rest = input.IsEmpty ? input : input[1..];
        long expected = Count(rest);
        long before = GC.GetAllocatedBytesForCurrentThread();
        deframer.Abort();
        long taken = 0;
        while (!rest.IsEmpty)
        {
            Span<byte> room = deframer.Room;
            int bytes = Math.Min(Math.Min(piece, rest.Length), room.Length);
            BrokenPromiseException.Unless(bytes > 0, "there is always room");
            rest[..bytes].CopyTo(room);
            rest = rest[bytes..];
            deframer.Filled(bytes);
            bool isWhole;
            do
            {
                batch.Clear();
                int frames = 0;
                long length = 0;
                isWhole = deframer.Take(batch, ref frames, ref length);
                BrokenPromiseException.Unless(frames == batch.Count && (isWhole || frames > 0), "a full batch has frames");
                taken += frames;
            }
            while (!isWhole);
        }

        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
        Frames += taken;
        BrokenPromiseException.Unless(expected < 0 || taken == expected, "however the bytes are split, the frames are the same");
    }

    /// <returns>-1 when a length is beyond what a frame has: what is thrown away then depends on the pieces.</returns>
    static long Count(ReadOnlySpan<byte> bytes)
    {
        long frames = 0;
        while (bytes.Length >= HeaderBytes)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
            if (length > StreamPlug.MaxFrameBytes)
            {
                return -1;
            }

            if (bytes.Length < HeaderBytes + length)
            {
                break;
            }

            frames += length >= MinFrameBytes ? 1 : 0;
            bytes = bytes[(HeaderBytes + length)..];
        }

        return frames;
    }
}
