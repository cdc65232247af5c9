using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vdeorch.Linux.Crypto;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Wrappers;

/// <summary>
/// Frames encrypted as libvdeplug's agno has them: addresses and an EtherType in clear, a block of header under AES-128 in ECB, the payload in CBC
/// with the header's text as its initial vector. No integrity check, no protection from replay: <see cref="AuthenticatedPlug"/> has those.
/// </summary>
/// <remarks>VDE protocols, 5.13. Ciphertext is written from the batch straight into its scratch; what comes in is decrypted where it lies.</remarks>
public sealed class AgnoPlug : WrapperPlug
{
    public static readonly PlugKind Kind = new("agno", Open);

    const int AddressBytes = 12;
    const int EthernetBytes = 14;
    const int BlockBytes = AesBlocks.BlockBytes;
    const int PayloadAt = EthernetBytes + BlockBytes;

    /// <summary>What a switch pads short frames to, behind the ciphertext, where nobody could tell it from garbage.</summary>
    internal const int ShortestBytes = 60;

    const uint Mark = 0x61676e6f;
    const int MayBeAhead = 1;
    const int MayBeBehind = 2;

    readonly int etherType;
    readonly Func<long> now;
    long receivedAt;
    readonly Rented<Ciphers> ciphers;
    readonly Ciphers deciphers;

    /// <param name="inner">Owned from now on.</param>
    /// <param name="key">16 bytes.</param>
    /// <param name="now">Unix time in seconds.</param>
    public AgnoPlug(IPlug inner, byte[] key, int etherType, Func<long> now)
        : base(inner)
    {
        this.etherType = etherType;
        this.now = now;
        ciphers = new Rented<Ciphers>(() => new Ciphers(key, encrypts: true));
        deciphers = new Ciphers(key, encrypts: false);
    }

    public override Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        Ciphers with = ciphers.Take();
        FrameBatch scratch = batch.Scratch;
        scratch.Clear();
        Span<byte> headers = stackalloc byte[FrameBatch.MaxFrames * BlockBytes];
        WriteHeaders(batch, frames, headers);
        Span<byte> encrypted = stackalloc byte[FrameBatch.MaxFrames * BlockBytes];
        with.Headers.Run(headers[..(frames.Length * BlockBytes)], encrypted);
        Transfer total = default;
        for (int i = 0; i < frames.Length; i++)
        {
            if (batch.Frame(frames[i]).Length is < EthernetBytes or > FrameBatch.MaxPlainFrameBytes - AgnoOptions.CompatibleBytes)
            {
                continue;
            }
            if (!scratch.HasRoom)
            {
                total = SendAll(scratch, total);
            }
            Encrypt(batch, frames[i], headers.Slice(i * BlockBytes, BlockBytes), encrypted.Slice(i * BlockBytes, BlockBytes), with, scratch);
        }
        ciphers.Return(with);
        return SendAll(scratch, total);
    }

    public override void Dispose()
    {
        base.Dispose();
        ciphers.Dispose();
        deciphers.Dispose();
    }

    static IPlug Open(Uvdel uvdel, PlugOpening opening)
    {
        AgnoOptions options = AgnoOptions.From(uvdel)
            ?? throw new PlugException($"agno://: ethtype '{uvdel.Find("ethtype")}' is none of copy, ipv4, ipv6, rand and 0x600..0xfffe");
        if (options.Mode is not ("compatible" or "aead"))
        {
            throw new PlugException($"agno://: there is no mode '{options.Mode}'; compatible or aead");
        }
        if (!LibCrypto.IsAvailable)
        {
            throw new PlugException("agno:// needs libcrypto.so.3, which is not on this host; Debian has it in the package libssl3");
        }
        byte[] file = AgnoKey.ReadFile(options.KeyFile);
        Func<long> now = () => DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        if (options.Mode == "aead")
        {
            byte[] secret = AuthenticatedKey.Extract(file);
            return new AuthenticatedPlug(opening.OpenNested(uvdel), secret, options.EtherType, now);
        }
        byte[] key = AgnoKey.Parse(file, uvdel.Argument);
        return new AgnoPlug(opening.OpenNested(uvdel), key, options.EtherType, now);
    }

    void WriteHeaders(FrameBatch batch, ReadOnlySpan<int> frames, Span<byte> headers)
    {
        LibCrypto.Random(headers[..(frames.Length * BlockBytes)]);
        uint time = (uint)now();
        for (int i = 0; i < frames.Length; i++)
        {
            ReadOnlySpan<byte> frame = batch.Frame(frames[i]);
            if (frame.Length < EthernetBytes)
            {
                continue;
            }
            Span<byte> header = headers.Slice(i * BlockBytes, BlockBytes);
            frame.Slice(AddressBytes, 2).CopyTo(header);
            header[2] = (byte)(-(Math.Max(frame.Length, ShortestBytes) - EthernetBytes) & (BlockBytes - 1));
            header[3] = 0;
            BinaryPrimitives.WriteUInt32BigEndian(header[4..], Mark);
            BinaryPrimitives.WriteUInt32BigEndian(header[8..], time);
        }
    }

    void Encrypt(FrameBatch batch, int index, ReadOnlySpan<byte> header, ReadOnlySpan<byte> encryptedHeader, Ciphers with, FrameBatch scratch)
    {
        // Zeros to the end of the last block go into the frame's tailroom.
        int bytes = batch.Frame(index).Length;
        int whole = Math.Max(bytes, ShortestBytes) + header[2];
        batch.Resize(index, whole);
        Span<byte> frame = batch.Frame(index);
        frame[bytes..].Clear();
        Span<byte> room = scratch.Room[..(VirtioNetHeader.Bytes + whole + BlockBytes)];
        room[..VirtioNetHeader.Bytes].Clear();
        Span<byte> outer = room[VirtioNetHeader.Bytes..];
        frame[..AddressBytes].CopyTo(outer);
        WriteEtherType(frame, outer, etherType, header[12..]);
        encryptedHeader.CopyTo(outer[EthernetBytes..]);
        Span<byte> payload = frame[EthernetBytes..];
        Block mix = with.Mix(header);
        mix.Into(payload);
        with.Payloads.Run(payload, outer[PayloadAt..]);
        mix.Into(payload);
        scratch.Add(room.Length);
        batch.Resize(index, bytes);
    }

    /// <param name="random">At least two bytes.</param>
    internal static void WriteEtherType(ReadOnlySpan<byte> frame, Span<byte> outer, int etherType, ReadOnlySpan<byte> random)
    {
        ushort shown = etherType switch
        {
            AgnoOptions.Copy => BinaryPrimitives.ReadUInt16BigEndian(frame[AddressBytes..]),
            AgnoOptions.Random => (ushort)(0x600 + MemoryMarshal.Read<ushort>(random) % (0xffff - 0x600)),
            _ => (ushort)etherType,
        };
        BinaryPrimitives.WriteUInt16BigEndian(outer[AddressBytes..], shown);
    }

    protected override void BeginUnwrapping() => receivedAt = now();

    protected override bool TryUnwrap(FrameBatch batch, int index)
    {
        Span<byte> frame = batch.Frame(index);
        if (frame.Length < PayloadAt)
        {
            return false;
        }
        Span<byte> header = stackalloc byte[BlockBytes];
        deciphers.Headers.Run(frame[EthernetBytes..PayloadAt], header);
        long age = (uint)receivedAt - (long)BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        int bytes = frame.Length - (header[2] & 0xF);
        if (BinaryPrimitives.ReadUInt32BigEndian(header[4..]) != Mark || age is < -MayBeAhead or > MayBeBehind || bytes < PayloadAt)
        {
            return false;
        }
        // What is no whole block is what a switch padded, or left of a longer frame.
        Span<byte> payload = frame[PayloadAt..];
        Span<byte> blocks = payload[..(payload.Length & ~(BlockBytes - 1))];
        if (blocks.Length > 0)
        {
            Block mix = deciphers.Mix(header);
            deciphers.Payloads.Run(blocks, blocks);
            mix.Into(blocks);
        }
        frame[..AddressBytes].CopyTo(frame[BlockBytes..]);
        header[..2].CopyTo(frame[(BlockBytes + AddressBytes)..]);
        batch.Resize(index, bytes);
        batch.Pull(index, BlockBytes);
        return true;
    }

    sealed class Ciphers(byte[] key, bool encrypts) : IDisposable
    {
        public AesBlocks Headers { get; } = new(key, chained: false, encrypts);
        public AesBlocks Payloads { get; } = new(key, chained: true, encrypts);

        /// <summary>What makes the next run a message of its own with this initial vector.</summary>
        public Block Mix(ReadOnlySpan<byte> vector)
        {
            Block mix = default;
            vector.CopyTo(mix);
            new Block(Payloads.Last).Into(mix);
            return mix;
        }

        public void Dispose()
        {
            Headers.Dispose();
            Payloads.Dispose();
        }
    }

    [InlineArray(BlockBytes)]
    struct Block
    {
        byte first;

        public Block(ReadOnlySpan<byte> bytes) => bytes.CopyTo(this);

        /// <summary>XORs it into the first bytes.</summary>
        public readonly void Into(Span<byte> bytes)
        {
            for (int i = 0; i < BlockBytes; i++)
            {
                bytes[i] ^= this[i];
            }
        }
    }
}
