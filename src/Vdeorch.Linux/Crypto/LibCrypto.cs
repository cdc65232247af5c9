using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Crypto;

/// <summary>OpenSSL 3's libcrypto of the host, which is loaded when it is first needed.</summary>
/// <remarks>EVP_EncryptInit(3), EVP_CIPHER_CTX_ctrl(3), HMAC(3), RAND_bytes(3). Each gives 1 when it has done its work.</remarks>
public static unsafe partial class LibCrypto
{
    const string Library = "libcrypto.so.3";

    internal const int SetTag = 0x11;
    internal const int GetTag = 0x10;

    static readonly Lazy<bool> available = new(() => NativeLibrary.TryLoad(Library, out _));

    /// <summary>Whether it is there: Debian has it in the package libssl3.</summary>
    public static bool IsAvailable => available.Value;

    /// <summary>Fills with bytes that nobody can guess.</summary>
    public static void Random(Span<byte> into)
    {
        fixed (byte* bytes = into)
        {
            Check(RandBytes(bytes, into.Length));
        }
    }

    /// <summary>HMAC with SHA-256.</summary>
    /// <param name="into">32 bytes.</param>
    public static void Authenticate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(into.Length, 32);
        // A null key would mean the one of the call before.
        byte none = 0;
        fixed (byte* keyBytes = key)
        fixed (byte* dataBytes = data)
        fixed (byte* digest = into)
        {
            uint bytes;
            if (Hmac(Sha256(), keyBytes is null ? &none : keyBytes, key.Length, dataBytes, (nuint)data.Length, digest, &bytes) == 0)
            {
                throw new InvalidOperationException("libcrypto: HMAC failed");
            }
        }
    }

    internal static void Check(int result)
    {
        if (result != 1)
        {
            throw new InvalidOperationException("libcrypto failed");
        }
    }

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    internal static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    internal static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_aes_128_ecb")]
    internal static partial nint Aes128Ecb();

    [LibraryImport(Library, EntryPoint = "EVP_aes_128_cbc")]
    internal static partial nint Aes128Cbc();

    [LibraryImport(Library, EntryPoint = "EVP_aes_256_gcm")]
    internal static partial nint Aes256Gcm();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_set_padding")]
    internal static partial int SetPadding(nint context, int padding);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_ctrl")]
    internal static partial int Control(nint context, int what, int argument, void* pointer);

    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex")]
    internal static partial int Init(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypts);

    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    internal static partial int Update(nint context, byte* into, int* bytes, byte* from, int count);

    [LibraryImport(Library, EntryPoint = "EVP_CipherFinal_ex")]
    internal static partial int Final(nint context, byte* into, int* bytes);

    [LibraryImport(Library, EntryPoint = "RAND_bytes")]
    private static partial int RandBytes(byte* into, int count);

    [LibraryImport(Library, EntryPoint = "EVP_sha256")]
    private static partial nint Sha256();

    [LibraryImport(Library, EntryPoint = "HMAC")]
    private static partial nint Hmac(nint digest, byte* key, int keyBytes, byte* data, nuint dataBytes, byte* into, uint* bytes);
}
