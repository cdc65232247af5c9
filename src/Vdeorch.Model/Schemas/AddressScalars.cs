using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Schemas;

/// <summary>Addresses of Ethernet and of IP, with and without a prefix, and destinations of routes.</summary>
internal static class AddressScalars
{
    const string AddressPattern = "[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*";

    public static readonly ScalarSchema<MacAddress> Mac = new("a MAC address", ReadMac, value => value.ToString(), () => Scalars.Pattern("^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$"));

    public static readonly ScalarSchema<InterfaceAddress> Address = new("an address/prefix", ReadInterfaceAddress, value => value.ToString(),
        () => Scalars.Pattern($"^(?:{AddressPattern})/[0-9]{{1,3}}$"));

    public static readonly ScalarSchema<IPAddress> Ip = new("an address", ReadIp, value => value.ToString(), () => Scalars.Pattern($"^(?:{AddressPattern})$"));

    public static readonly ScalarSchema<string> DestinationKey = new("a prefix or default", ReadDestination, value => value, () => Scalars.Pattern($"default|(?:{AddressPattern})/[0-9]{{1,3}}"));

    static Problem? ReadMac(ScalarText text, out MacAddress value) =>
        !MacAddress.TryParse(text.Text, out value)
            ? new Problem(DiagnosticCatalog.BadMac, $"{Quoted.Text(text.Text)} is not a MAC address",
                MacAddress.TryParse(text.Text.Replace('-', ':'), out MacAddress dashed) ? $"write {dashed}" : "six pairs of hexadecimal digits: 52:54:00:00:00:01")
            : value.IsZero ? new Problem(DiagnosticCatalog.NotAHostMac, $"{text.Text} is no address", "02:00:00:00:00:01 would be one")
            : value.IsMulticast ? new Problem(DiagnosticCatalog.NotAHostMac, $"{text.Text} is a multicast address: its first octet is odd", $"{new MacAddress(value.Bits & ~(1UL << 40))} is not", 0, 2)
            : null;

    static Problem? ReadInterfaceAddress(ScalarText text, out InterfaceAddress value)
    {
        value = default;
        int slash = text.Text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return ReadIp(text, out IPAddress? bare) ?? new Problem(DiagnosticCatalog.BadAddress, $"{text.Text} has no prefix length",
                $"for example {text.Text}/{(bare.AddressFamily == AddressFamily.InterNetwork ? 24 : 64)}");
        }

        if (!InterfaceAddress.TryParse(text.Text, out InterfaceAddress? parsed))
        {
            if (BadAddressPart(text.Text[..slash]) is { } bad)
            {
                return bad;
            }

            int most = text.Text.Contains(':', StringComparison.Ordinal) ? 128 : 32;
            return new Problem(DiagnosticCatalog.BadAddress, $"{Quoted.Text(text.Text)} has a prefix length outside 0..{most}", null, slash + 1, text.Text.Length - slash - 1);
        }

        value = parsed.Value;
        return NotAHost(value) is { } why ? new Problem(DiagnosticCatalog.NotAHostAddress, $"{text.Text} {why.Message}", why.Suggestion, 0, slash) : null;
    }

    static (string Message, string? Suggestion)? NotAHost(InterfaceAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.Address.TryWriteBytes(bytes, out int length);
        bytes = bytes[..length];
        if (IPAddress.IsLoopback(address.Address))
        {
            return ("is a loopback address; every namespace has those already", null);
        }

        if (address.IsV6)
        {
            return bytes[0] == 0xff ? ("is a multicast address", null) : !bytes.ContainsAnyExcept((byte)0) ? ("is the unspecified address", null) : null;
        }

        if (bytes[0] >= 224 || bytes[0] == 0)
        {
            return (bytes[0] == 0 ? "is in 0.0.0.0/8, which no host has" : bytes[0] < 240 ? "is a multicast address" : "is in 240.0.0.0/4, which no host has", null);
        }

        if (address.PrefixLength >= 31)
        {
            return null;
        }

        uint host = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) & (uint.MaxValue >> address.PrefixLength);
        return host == 0 ? ("is the network itself, not a host in it", Neighbour(bytes, +1, address.PrefixLength))
            : host == uint.MaxValue >> address.PrefixLength ? ("is the broadcast address of its subnet", Neighbour(bytes, -1, address.PrefixLength))
            : null;
    }

    static string Neighbour(ReadOnlySpan<byte> bytes, int step, int prefixLength)
    {
        uint next = (uint)(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) + step);
        byte[] neighbour = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(neighbour, next);
        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(neighbour)}/{prefixLength} is one");
    }

    internal static Problem? ReadIp(ScalarText text, out IPAddress value)
    {
        value = IPAddress.None;
        if (text.Text.Contains('/', StringComparison.Ordinal) && InterfaceAddress.TryParse(text.Text, out InterfaceAddress? withPrefix))
        {
            int slash = text.Text.IndexOf('/', StringComparison.Ordinal);
            return new Problem(DiagnosticCatalog.BadAddress, $"{text.Text} has a prefix length; here an address stands alone", $"write {withPrefix.Value.Address}", slash, text.Text.Length - slash);
        }

        if (StrictAddress.TryParse(text.Text, out IPAddress? parsed))
        {
            value = parsed;
            return null;
        }

        return BadAddressPart(text.Text);
    }

    /// <summary>Points at the one bad octet where there is one.</summary>
    static Problem? BadAddressPart(string address)
    {
        if (StrictAddress.TryParse(address, out _))
        {
            return null;
        }

        string[] parts = address.Split('.');
        int offset = 0;
        foreach (string part in parts.Length == 4 ? parts : [])
        {
            if (part.Length == 0 || part.Length > 3 || !part.All(char.IsAsciiDigit) || int.Parse(part, CultureInfo.InvariantCulture) > 255 || (part.Length > 1 && part[0] == '0'))
            {
                return new Problem(DiagnosticCatalog.BadAddress, $"{Quoted.Text(address)} is not an address: '{part}' is not a number 0..255",
                    part.Length > 1 && part.All(c => c == '0') ? "write 0" : part.Length is > 1 and <= 4 && part[0] == '0' && part.All(char.IsAsciiDigit) ? $"write {part.TrimStart('0')}" : null, offset, Math.Max(1, part.Length));
            }

            offset += part.Length + 1;
        }

        return new Problem(DiagnosticCatalog.BadAddress, $"{Quoted.Text(address)} is not an address",
            address.Contains('%', StringComparison.Ordinal) ? "leave the zone (%…) out" : "four numbers as in 10.0.0.1, or IPv6", 0, address.Length);
    }

    static Problem? ReadDestination(ScalarText text, out string value)
    {
        value = text.Text;
        if (text.Text == "default")
        {
            return null;
        }

        int slash = text.Text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !InterfaceAddress.TryParse(text.Text, out InterfaceAddress? parsed))
        {
            return new Problem(DiagnosticCatalog.BadPrefix, $"{Quoted.Text(text.Text)} is not a destination",
                slash < 0 && StrictAddress.TryParse(text.Text, out IPAddress? host) ? $"one host is {host}/{(host.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)}" : "default, or a prefix as in 10.1.0.0/16");
        }

        IPNetwork subnet = parsed.Value.Subnet;
        value = subnet.ToString();
        return subnet.BaseAddress.Equals(parsed.Value.Address) ? null
            : new Problem(DiagnosticCatalog.BadPrefix, $"{text.Text} has host bits beyond its prefix length", $"write {subnet}", 0, slash);
    }
}
