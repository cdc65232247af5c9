using System.Globalization;

namespace Vdeorch.Model.Values;

/// <summary>A 48-bit Ethernet address, printed <c>52:54:00:00:00:01</c>.</summary>
/// <param name="Bits">The six octets, the first on the wire in bits 47..40.</param>
public readonly record struct MacAddress(ulong Bits)
{
    public bool IsMulticast => (Bits >> 40 & 1) != 0;

    public bool IsZero => Bits == 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(byte)(Bits >> 40):x2}:{(byte)(Bits >> 32):x2}:{(byte)(Bits >> 24):x2}:{(byte)(Bits >> 16):x2}:{(byte)(Bits >> 8):x2}:{(byte)Bits:x2}");

    /// <summary>The address an interface gets when the file gives none: locally administered, and the same on every host and every run.</summary>
    /// <remarks>
    /// FNV-1a over the text (names are ASCII), with MurmurHash3's finaliser. Nothing here needs a cryptographic hash, and SHA-256 would load the
    /// host's OpenSSL: 10 ms at the first interface, and a binary that fails where there is none.
    /// </remarks>
    public static MacAddress Derive(string topology, string ns, string name)
    {
        ulong hash = Hash(Hash(Hash(Hash(Hash(0xcbf29ce484222325, topology), "/"), ns), "/"), name);
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return new MacAddress(0x02UL << 40 | (hash ^ (hash >> 33)) >> 24);
    }

    static ulong Hash(ulong hash, ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            hash = (hash ^ c) * 0x100000001b3;
        }

        return hash;
    }

    public static MacAddress From(ReadOnlySpan<byte> octets)
    {
        ulong bits = 0;
        foreach (byte octet in octets[..6])
        {
            bits = bits << 8 | octet;
        }

        return new MacAddress(bits);
    }

    public void CopyTo(Span<byte> octets)
    {
        for (int i = 0; i < 6; i++)
        {
            octets[i] = (byte)(Bits >> (40 - 8 * i));
        }
    }

    /// <summary>Six pairs of hexadecimal digits, joined by colons.</summary>
    public static bool TryParse(string text, out MacAddress mac)
    {
        mac = default;
        string[] parts = text.Split(':');
        if (parts.Length != 6)
        {
            return false;
        }

        ulong bits = 0;
        foreach (string part in parts)
        {
            if (part.Length != 2 || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte octet))
            {
                return false;
            }

            bits = bits << 8 | octet;
        }

        mac = new MacAddress(bits);
        return true;
    }
}
