using System.Buffers.Binary;

namespace Vdeorch.Fuzz;

/// <summary>Changes an input in one to eight places: bits, bytes, numbers, stretches put in, taken out, repeated or replaced by those of another.</summary>
sealed class Mutator(Random random, IReadOnlyList<byte[]> tokens, int maxBytes)
{
    static readonly byte[] s_interesting = [0, 1, 0x7f, 0x80, 0xff, 14, 64, 0x20];

    readonly byte[] work = new byte[2 * maxBytes];
    int length;

    public ReadOnlySpan<byte> Mutate(List<byte[]> corpus)
    {
        // What joined last has seen the fewest changes.
        byte[] from = corpus[random.Next(2) == 0 ? random.Next(corpus.Count) : corpus.Count - 1 - random.Next(Math.Min(corpus.Count, 32))];
        length = Math.Min(from.Length, maxBytes);
        from.AsSpan(0, length).CopyTo(work);
        for (int change = 1 << random.Next(4); change > 0; change--)
        {
            Change(corpus);
        }

        return work.AsSpan(0, length);
    }

    void Change(List<byte[]> corpus)
    {
        int at = random.Next(length + 1);
        switch (random.Next(10))
        {
            case 0 when at < length:
                work[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < length:
                work[at] = (byte)random.Next(256);
                break;
            case 2 when at < length:
                work[at] = s_interesting[random.Next(s_interesting.Length)];
                break;
            case 3 when at < length:
                work[at] += (byte)random.Next(-16, 17);
                break;
            case 4 when at + 2 <= length:
                BinaryPrimitives.WriteUInt16BigEndian(work.AsSpan(at), (ushort)(random.Next(2) == 0 ? random.Next(65_536) : length - at - 2));
                break;
            case 5:
                Remove(at, random.Next(1, 1 + Math.Min(64, length - at + 1)));
                break;
            case 6:
                Insert(at, tokens[random.Next(tokens.Count)]);
                break;
            case 7:
                Insert(at, work.AsSpan(at, Math.Min(random.Next(1, 33), length - at)).ToArray());
                break;
            case 8:
                byte[] other = corpus[random.Next(corpus.Count)];
                int begin = random.Next(other.Length + 1);
                Insert(at, other.AsSpan(begin, Math.Min(other.Length - begin, random.Next(1, 129))));
                break;
            default:
                byte[] noise = new byte[random.Next(1, 17)];
                random.NextBytes(noise);
                Insert(at, noise);
                break;
        }
    }

    void Remove(int at, int count)
    {
        count = Math.Min(count, length - at);
        work.AsSpan(at + count, length - at - count).CopyTo(work.AsSpan(at));
        length -= count;
    }

    void Insert(int at, ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, maxBytes - length)];
        work.AsSpan(at, length - at).CopyTo(work.AsSpan(at + bytes.Length));
        bytes.CopyTo(work.AsSpan(at));
        length += bytes.Length;
    }
}
