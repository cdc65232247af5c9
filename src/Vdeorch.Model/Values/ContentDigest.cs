namespace Vdeorch.Model.Values;

/// <summary>Tells one content from another: by accident two never have the same.</summary>
/// <remarks>FNV-1a with MurmurHash3's finaliser, as for <see cref="MacAddress.Derive"/>: nobody is kept out by it, so it need not be cryptographic, which would load the host's OpenSSL.</remarks>
public static class ContentDigest
{
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte b in bytes)
        {
            hash = (hash ^ b) * 0x100000001b3;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
