namespace Vdeorch.Linux.Crypto;

/// <summary>AES-256-GCM with one key at a time. Owns its native state; for one thread at a time. The caller never uses a nonce twice to seal.</summary>
public sealed unsafe class AesSeal : IDisposable
{
    public const int KeyBytes = 32;
    public const int NonceBytes = 12;
    public const int TagBytes = 16;

    readonly nint context;
    readonly bool seals;
    bool isFreed;

    public AesSeal(ReadOnlySpan<byte> key, bool seals)
    {
        context = LibCrypto.NewContext();
        this.seals = seals;
        SetKey(key);
    }

    ~AesSeal() => Free();

    /// <summary>Another key from now on.</summary>
    public void SetKey(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        fixed (byte* keyBytes = key)
        {
            LibCrypto.Check(LibCrypto.Init(context, LibCrypto.Aes256Gcm(), 0, keyBytes, null, seals ? 1 : 0));
        }
    }

    /// <param name="into">Ciphertext, as long as <paramref name="text"/>, and the tag behind it.</param>
    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(into.Length, text.Length + TagBytes);
        Start(nonce, associated);
        fixed (byte* source = text)
        fixed (byte* target = into)
        {
            int bytes;
            LibCrypto.Check(LibCrypto.Update(context, target, &bytes, source, text.Length));
            LibCrypto.Check(LibCrypto.Final(context, target + text.Length, &bytes));
            LibCrypto.Check(LibCrypto.Control(context, LibCrypto.GetTag, TagBytes, target + text.Length));
        }
    }

    /// <param name="sealedText">Ciphertext and tag, as from <see cref="Seal"/>.</param>
    /// <param name="into">The same memory or apart from it. Written whatever the result; not to be looked at when that is false.</param>
    /// <returns>Whether it is what was sealed.</returns>
    public bool Open(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, Span<byte> into)
    {
        int count = sealedText.Length - TagBytes;
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(into.Length, count);
        Start(nonce, associated);
        fixed (byte* source = sealedText)
        fixed (byte* target = into)
        {
            int bytes;
            LibCrypto.Check(LibCrypto.Update(context, target, &bytes, source, count));
            LibCrypto.Check(LibCrypto.Control(context, LibCrypto.SetTag, TagBytes, source + count));
            return LibCrypto.Final(context, target + count, &bytes) == 1;
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    void Start(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceBytes);
        fixed (byte* iv = nonce)
        fixed (byte* data = associated)
        {
            int bytes;
            LibCrypto.Check(LibCrypto.Init(context, 0, 0, null, iv, -1));
            LibCrypto.Check(LibCrypto.Update(context, null, &bytes, data, associated.Length));
        }
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
