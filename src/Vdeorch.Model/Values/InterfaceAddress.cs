using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Vdeorch.Model.Values;

/// <summary>An address with its prefix length, host bits kept: <c>10.0.0.1/24</c>, <c>fd00::1/64</c>.</summary>
public readonly record struct InterfaceAddress(IPAddress Address, int PrefixLength)
{
    public bool IsV6 => Address.AddressFamily == AddressFamily.InterNetworkV6;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{PrefixLength}");

    /// <returns>True when <paramref name="other"/> is of the same family and inside this address's subnet.</returns>
    public bool Contains(IPAddress other) =>
        other.AddressFamily == Address.AddressFamily && Subnet.Contains(other);

    public IPNetwork Subnet
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Address.TryWriteBytes(bytes, out int length);
            bytes = bytes[..length];
            for (int at = (PrefixLength + 7) / 8; at < length; at++)
            {
                bytes[at] = 0;
            }

            if (PrefixLength % 8 != 0)
            {
                bytes[PrefixLength / 8] &= (byte)(0xff << (8 - PrefixLength % 8));
            }

            return new IPNetwork(new IPAddress(bytes), PrefixLength);
        }
    }

    /// <summary>The prefix length must be written: an address without one has no subnet.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out InterfaceAddress? address)
    {
        address = null;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !StrictAddress.TryParse(text[..slash], out IPAddress? ip)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int prefix)
            || prefix > (ip.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32))
        {
            return false;
        }

        address = new InterfaceAddress(ip, prefix);
        return true;
    }
}
