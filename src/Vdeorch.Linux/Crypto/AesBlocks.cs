namespace Vdeorch.Linux.Crypto;

/// <summary>
/// AES-128 over whole blocks, one way. Owns its native state; for one thread at a time. In CBC a call goes on where the one before ended: the caller
/// makes a message of its own of it by XORing the first block with <see cref="Last"/>, which costs less than starting again.
/// </summary>
public sealed unsafe class AesBlocks : IDisposable
{
    public const int BlockBytes = 16;

    readonly nint context;
    readonly byte[] last = new byte[BlockBytes];
    readonly bool encrypts;
    bool isFreed;

    public AesBlocks(ReadOnlySpan<byte> key, bool chained, bool encrypts)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, BlockBytes);
        this.encrypts = encrypts;
        context = LibCrypto.NewContext();
        fixed (byte* keyBytes = key)
        fixed (byte* iv = last)
        {
            LibCrypto.Check(LibCrypto.Init(context, chained ? LibCrypto.Aes128Cbc() : LibCrypto.Aes128Ecb(), 0, keyBytes, iv, encrypts ? 1 : 0));
        }
        LibCrypto.Check(LibCrypto.SetPadding(context, 0));
    }

    ~AesBlocks() => Free();

    /// <summary>The last block of ciphertext that went through.</summary>
    public ReadOnlySpan<byte> Last => last;

    /// <param name="from">Whole blocks.</param>
    /// <param name="into">As long; the same memory or apart from it.</param>
    public void Run(ReadOnlySpan<byte> from, Span<byte> into)
    {
        if (from.Length == 0)
        {
            return;
        }
        if (from.Length % BlockBytes != 0 || into.Length < from.Length)
        {
            throw new ArgumentException("not whole blocks, or no room for them", nameof(from));
        }
        if (!encrypts)
        {
            from[^BlockBytes..].CopyTo(last);
        }
        fixed (byte* source = from)
        fixed (byte* target = into)
        {
            int bytes;
            LibCrypto.Check(LibCrypto.Update(context, target, &bytes, source, from.Length));
        }
        if (encrypts)
        {
            into.Slice(from.Length - BlockBytes, BlockBytes).CopyTo(last);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    void Free()
    {
        if (!isFreed)
        {
            isFreed = true;
            LibCrypto.FreeContext(context);
        }
    }
}
