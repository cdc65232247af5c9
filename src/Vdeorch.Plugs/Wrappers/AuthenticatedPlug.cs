using System.Buffers.Binary;
using Vdeorch.Linux.Crypto;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Wrappers;

/// <summary>
/// <c>agno:///key[mode=aead]</c>: frames that nobody without the key can read, change, make or send again. AES-256-GCM.
/// <code>
///  0 destination, source   12 EtherType   14 0xAE01   16 bytes of text   18 Unix time   22 sender (12)   34 number (8)
/// 42 ciphertext of EtherType and payload, then a tag of 16 bytes; everything in front of it is authenticated with it
/// </code>
/// A sender is one start of one plug, and every 2^28 frames another: it chooses 96 random bits, from which its key is derived, and numbers its frames.
/// A pair of key and nonce is never used twice, because no number is given twice by a sender, and no two senders are the same but by a chance of 2^-96.
/// </summary>
public sealed class AuthenticatedPlug : WrapperPlug
{
    internal const int MaxSenders = 1_024;
    internal const int SecondsApart = 10;

    const int AddressBytes = 12;
    const int EthernetBytes = 14;
    const int BytesAt = 16;
    const int TimeAt = 18;
    const int SenderAt = 22;
    const int SenderBytes = 12;
    const int NumberAt = 34;
    const int HeaderBytes = 42;
    const ushort Version = 0xAE01;
    const long MaxFramesOfAKey = 1L << 28;

    readonly byte[] secret;
    readonly int etherType;
    readonly Func<long> now;
    long receivedAt;
    readonly long opened;
    readonly Lock renewing = new();
    readonly Dictionary<SenderId, Peer> peers = [];
    readonly AesSeal strangers;
    Sender sender;
    Sender? previous;

    /// <param name="inner">Owned from now on.</param>
    /// <param name="secret">From <see cref="AuthenticatedKey.Extract"/>.</param>
    /// <param name="now">Unix time in seconds.</param>
    public AuthenticatedPlug(IPlug inner, byte[] secret, int etherType, Func<long> now)
        : base(inner)
    {
        this.secret = secret;
        this.etherType = etherType;
        this.now = now;
        opened = now();
        sender = new Sender(secret);
        strangers = new AesSeal(new byte[AesSeal.KeyBytes], seals: false);
    }

    public override Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        Sender from = Volatile.Read(ref sender);
        long last = Interlocked.Add(ref from.Numbers, frames.Length);
        if (last > MaxFramesOfAKey)
        {
            from = Renew(from);
            last = Interlocked.Add(ref from.Numbers, frames.Length);
        }
        long number = last - frames.Length;
        uint time = (uint)now();
        AesSeal seal = from.Seals.Take();
        FrameBatch scratch = batch.Scratch;
        scratch.Clear();
        Transfer total = default;
        foreach (int frame in frames)
        {
            number++;
            if (batch.Frame(frame).Length is < EthernetBytes or > FrameBatch.MaxPlainFrameBytes - AgnoOptions.AuthenticatedBytes)
            {
                continue;
            }
            if (!scratch.HasRoom)
            {
                total = SendAll(scratch, total);
            }
            Seal(batch, frame, from, seal, (ulong)number, time, scratch);
        }
        from.Seals.Return(seal);
        return SendAll(scratch, total);
    }

    public override void Dispose()
    {
        base.Dispose();
        sender.Dispose();
        previous?.Dispose();
        strangers.Dispose();
        foreach (Peer peer in peers.Values)
        {
            peer.Dispose();
        }
    }

    void Seal(FrameBatch batch, int index, Sender from, AesSeal seal, ulong number, uint time, FrameBatch scratch)
    {
        // Zeros up to the shortest frame go into the tailroom: else a switch pads behind the tag, and short frames tell what they are.
        int bytes = batch.Frame(index).Length;
        int whole = Math.Max(bytes, AgnoPlug.ShortestBytes);
        batch.Resize(index, whole);
        Span<byte> frame = batch.Frame(index);
        frame[bytes..].Clear();
        ReadOnlySpan<byte> text = frame[AddressBytes..];
        Span<byte> room = scratch.Room[..(VirtioNetHeader.Bytes + HeaderBytes + text.Length + AesSeal.TagBytes)];
        room[..VirtioNetHeader.Bytes].Clear();
        Span<byte> outer = room[VirtioNetHeader.Bytes..];
        Span<byte> nonce = stackalloc byte[AesSeal.NonceBytes];
        frame[..AddressBytes].CopyTo(outer);
        if (etherType == AgnoOptions.Random)
        {
            LibCrypto.Random(nonce[..2]);
        }
        AgnoPlug.WriteEtherType(frame, outer, etherType, nonce);
        BinaryPrimitives.WriteUInt16BigEndian(outer[EthernetBytes..], Version);
        BinaryPrimitives.WriteUInt16BigEndian(outer[BytesAt..], (ushort)text.Length);
        BinaryPrimitives.WriteUInt32BigEndian(outer[TimeAt..], time);
        from.Id.CopyTo(outer[SenderAt..]);
        BinaryPrimitives.WriteUInt64BigEndian(outer[NumberAt..], number);
        WriteNonce(nonce, number);
        seal.Seal(nonce, outer[..HeaderBytes], text, outer[HeaderBytes..]);
        scratch.Add(room.Length);
        batch.Resize(index, bytes);
    }

    protected override void BeginUnwrapping() => receivedAt = now();

    protected override bool TryUnwrap(FrameBatch batch, int index)
    {
        Span<byte> frame = batch.Frame(index);
        if (frame.Length < HeaderBytes + 2 + AesSeal.TagBytes || BinaryPrimitives.ReadUInt16BigEndian(frame[EthernetBytes..]) != Version)
        {
            return false;
        }
        Span<byte> nonce = stackalloc byte[AesSeal.NonceBytes];
        Span<byte> key = stackalloc byte[AesSeal.KeyBytes];
        int bytes = BinaryPrimitives.ReadUInt16BigEndian(frame[BytesAt..]);
        uint stamp = BinaryPrimitives.ReadUInt32BigEndian(frame[TimeAt..]);
        SenderId from = new(frame.Slice(SenderAt, SenderBytes));
        // Nothing of before this plug was opened, nor of that second: the one before it may have taken it.
        bool isInTime = Math.Abs(receivedAt - stamp) <= SecondsApart && stamp > opened;
        if (bytes < 2 || HeaderBytes + bytes + AesSeal.TagBytes > frame.Length || !isInTime || IsOurs(from))
        {
            return false;
        }
        if (!peers.TryGetValue(from, out Peer? peer))
        {
            if (!MakeRoom(receivedAt))
            {
                return false;
            }
            AuthenticatedKey.Expand(secret, frame.Slice(SenderAt, SenderBytes), key);
            strangers.SetKey(key);
        }
        ulong number = BinaryPrimitives.ReadUInt64BigEndian(frame[NumberAt..]);
        WriteNonce(nonce, number);
        Span<byte> ciphertext = frame.Slice(HeaderBytes, bytes + AesSeal.TagBytes);
        // A number counts as seen only once the frame has proved to be its sender's.
        if (!(peer?.Seal ?? strangers).Open(nonce, frame[..HeaderBytes], ciphertext, ciphertext))
        {
            return false;
        }
        if (peer is null)
        {
            peer = new Peer(key);
            peers.Add(from, peer);
        }
        peer.Latest = Math.Max(peer.Latest, stamp);
        if (!peer.Window.TryTake(number))
        {
            return false;
        }
        frame[..AddressBytes].CopyTo(frame[(HeaderBytes - AddressBytes)..]);
        batch.Resize(index, HeaderBytes + bytes);
        batch.Pull(index, HeaderBytes - AddressBytes);
        return true;
    }

    // On a hub, or from somebody who wants us to believe that others said it.
    bool IsOurs(SenderId id) => id == new SenderId(Volatile.Read(ref sender).Id) || Volatile.Read(ref previous) is { } before && id == new SenderId(before.Id);

    // Of those whose frames are all too old to be taken again; where there is none, newcomers wait.
    bool MakeRoom(long time)
    {
        if (peers.Count < MaxSenders)
        {
            return true;
        }
        foreach ((SenderId id, Peer peer) in peers)
        {
            if (time - peer.Latest > SecondsApart)
            {
                peer.Dispose();
                return peers.Remove(id);
            }
        }
        return false;
    }

    Sender Renew(Sender used)
    {
        lock (renewing)
        {
            if (sender == used)
            {
                Sender next = new(secret);
                Volatile.Write(ref previous, sender);
                Volatile.Write(ref sender, next);
            }
            return sender;
        }
    }

    static void WriteNonce(Span<byte> nonce, ulong number)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], number);
    }

    readonly record struct SenderId(ulong Start, uint End)
    {
        public SenderId(ReadOnlySpan<byte> id)
            : this(BinaryPrimitives.ReadUInt64BigEndian(id), BinaryPrimitives.ReadUInt32BigEndian(id[8..]))
        {
        }
    }

    /// <summary>Ourselves, for so many frames.</summary>
    sealed class Sender : IDisposable
    {
        public readonly byte[] Id = new byte[SenderBytes];
        public readonly Rented<AesSeal> Seals;
        public long Numbers;

        public Sender(byte[] secret)
        {
            LibCrypto.Random(Id);
            byte[] key = new byte[AesSeal.KeyBytes];
            AuthenticatedKey.Expand(secret, Id, key);
            Seals = new Rented<AesSeal>(() => new AesSeal(key, seals: true));
        }

        public void Dispose() => Seals.Dispose();
    }

    /// <summary>Another one that has proved to have the key.</summary>
    sealed class Peer(ReadOnlySpan<byte> key) : IDisposable
    {
        public readonly AesSeal Seal = new(key, seals: false);
        public readonly ReplayWindow Window = new();
        public long Latest;

        public void Dispose() => Seal.Dispose();
    }
}
