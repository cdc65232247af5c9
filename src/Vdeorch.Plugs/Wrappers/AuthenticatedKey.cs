using Vdeorch.Linux.Crypto;

namespace Vdeorch.Plugs.Wrappers;

/// <summary>From a key file to the key of one sender: HKDF with SHA-256 (RFC 5869).</summary>
static class AuthenticatedKey
{
    const int FewestFileBytes = 16;

    static ReadOnlySpan<byte> Salt => "vdeorch agno aead 1"u8;
    static ReadOnlySpan<byte> Purpose => "sender"u8;

    /// <param name="file">All of it: a line end counts.</param>
    public static byte[] Extract(ReadOnlySpan<byte> file)
    {
        if (file.Length < FewestFileBytes)
        {
            throw new PlugException($"agno://: a key file for mode=aead has at least {FewestFileBytes} bytes; 'head -c 32 /dev/urandom' makes one");
        }
        byte[] secret = new byte[AesSeal.KeyBytes];
        LibCrypto.Authenticate(Salt, file, secret);
        return secret;
    }

    /// <param name="sender">The id it chose at random when it started.</param>
    /// <param name="into">32 bytes.</param>
    public static void Expand(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> sender, Span<byte> into)
    {
        Span<byte> info = stackalloc byte[Purpose.Length + sender.Length + 1];
        Purpose.CopyTo(info);
        sender.CopyTo(info[Purpose.Length..]);
        info[^1] = 1;
        LibCrypto.Authenticate(secret, info, into);
    }
}
