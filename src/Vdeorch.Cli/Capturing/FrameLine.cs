using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Vdeorch.Model.Values;

namespace Vdeorch.Cli.Capturing;

/// <summary>A frame in one line: when, where, which way, from whom to whom, what, how long.</summary>
static class FrameLine
{
    const int EthernetBytes = 14;
    const int TagBytes = 4;

    static readonly (byte Bit, char Letter)[] s_tcpFlags = [(0x02, 'S'), (0x01, 'F'), (0x04, 'R'), (0x08, 'P'), (0x20, 'U'), (0x10, '.')];

    /// <param name="time">Nanoseconds since 1970.</param>
    /// <param name="frame">Perhaps cut off.</param>
    /// <param name="length">Bytes it had.</param>
    public static string Of(string port, bool isOutward, long time, ReadOnlySpan<byte> frame, int length, TimeZoneInfo zone)
    {
        DateTime at = TimeZoneInfo.ConvertTimeFromUtc(DateTime.UnixEpoch.AddTicks(time / TimeSpan.NanosecondsPerTick), zone);
        string head = string.Create(CultureInfo.InvariantCulture, $"{at:HH:mm:ss.ffffff} {port} {(isOutward ? "Out" : "In ")} ");
        string tail = string.Create(CultureInfo.InvariantCulture, $", length {length}");
        if (frame.Length < EthernetBytes)
        {
            return $"{head}[too short]{tail}";
        }

        StringBuilder line = new(head);
        line.Append(CultureInfo.InvariantCulture, $"{Mac(frame[6..])} > {Mac(frame)}, ");
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        ReadOnlySpan<byte> rest = frame[EthernetBytes..];
        while (type is 0x8100 or 0x88a8 && rest.Length >= TagBytes)
        {
            line.Append(CultureInfo.InvariantCulture, $"vlan {BinaryPrimitives.ReadUInt16BigEndian(rest) & 0xfff}, ");
            type = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            rest = rest[TagBytes..];
        }

        line.Append(type switch
        {
            0x0800 => V4(rest),
            0x86dd => V6(rest),
            0x0806 => Arp(rest),
            0x88cc => "LLDP",
            // IEEE 802.3: a length. The bridge group's address is that of spanning trees.
            < 0x0600 => rest is [0x42, 0x42, ..] ? "STP" : "802.3",
            _ => string.Create(CultureInfo.InvariantCulture, $"ethertype 0x{type:x4}"),
        });
        return line.Append(tail).ToString();
    }

    // RFC 791, 3.1.
    static string V4(ReadOnlySpan<byte> packet)
    {
        int header = packet.Length >= 20 ? 4 * (packet[0] & 15) : int.MaxValue;
        if (header > packet.Length || header < 20)
        {
            return "IP [cut off]";
        }

        IPAddress from = new(packet.Slice(12, 4)), to = new(packet.Slice(16, 4));
        bool isFirst = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x1fff) == 0;
        return isFirst ? Transport("IP", packet[9], from, to, packet[header..]) : $"IP {from} > {to}: fragment";
    }

    // RFC 8200, 3. Extension headers are named by their number.
    static string V6(ReadOnlySpan<byte> packet) =>
        packet.Length < 40 ? "IP6 [cut off]" : Transport("IP6", packet[6], new IPAddress(packet.Slice(8, 16)), new IPAddress(packet.Slice(24, 16)), packet[40..]);

    static string Transport(string family, byte protocol, IPAddress from, IPAddress to, ReadOnlySpan<byte> rest) => (protocol, rest.Length) switch
    {
        (6, >= 14) => $"{family} {Ports(from, to, rest)}: TCP [{Flags(rest[13])}]",
        (17, >= 4) => $"{family} {Ports(from, to, rest)}: UDP",
        (1, >= 2) => $"{family} {from} > {to}: ICMP {Icmp(rest)}",
        (58, >= 2) => $"{family} {from} > {to}: ICMP6 {Icmp6(rest)}",
        (6, _) => $"{family} {from} > {to}: TCP",
        (17, _) => $"{family} {from} > {to}: UDP",
        _ => string.Create(CultureInfo.InvariantCulture, $"{family} {from} > {to}: protocol {protocol}"),
    };

    static string Ports(IPAddress from, IPAddress to, ReadOnlySpan<byte> header) =>
        $"{new IPEndPoint(from, BinaryPrimitives.ReadUInt16BigEndian(header))} > {new IPEndPoint(to, BinaryPrimitives.ReadUInt16BigEndian(header[2..]))}";

    static string Flags(byte flags) => string.Concat(s_tcpFlags.Where(flag => (flags & flag.Bit) != 0).Select(flag => flag.Letter)) is { Length: > 0 } set ? set : "none";

    static string Icmp(ReadOnlySpan<byte> message) => message[0] switch
    {
        0 => "echo reply" + Echo(message),
        8 => "echo request" + Echo(message),
        3 => "unreachable",
        11 => "time exceeded",
        _ => string.Create(CultureInfo.InvariantCulture, $"type {message[0]} code {message[1]}"),
    };

    // RFC 4443, RFC 4861, RFC 3810.
    static string Icmp6(ReadOnlySpan<byte> message) => message[0] switch
    {
        1 => "unreachable",
        2 => "packet too big",
        3 => "time exceeded",
        128 => "echo request" + Echo(message),
        129 => "echo reply" + Echo(message),
        133 => "router solicitation",
        134 => "router advertisement",
        135 => "neighbor solicitation",
        136 => "neighbor advertisement",
        143 => "multicast listener report",
        _ => string.Create(CultureInfo.InvariantCulture, $"type {message[0]} code {message[1]}"),
    };

    static string Echo(ReadOnlySpan<byte> message) => message.Length < 8 ? "" : string.Create(CultureInfo.InvariantCulture,
        $", id {BinaryPrimitives.ReadUInt16BigEndian(message[4..])}, seq {BinaryPrimitives.ReadUInt16BigEndian(message[6..])}");

    // RFC 826, of IPv4 on Ethernet.
    static string Arp(ReadOnlySpan<byte> message)
    {
        if (message.Length < 28)
        {
            return "ARP";
        }

        IPAddress sender = new(message.Slice(14, 4)), target = new(message.Slice(24, 4));
        return BinaryPrimitives.ReadUInt16BigEndian(message[6..]) switch
        {
            1 => $"ARP who-has {target} tell {sender}",
            2 => $"ARP {sender} is-at {Mac(message[8..])}",
            _ => "ARP",
        };
    }

    static string Mac(ReadOnlySpan<byte> at) => new MacAddress(BinaryPrimitives.ReadUInt64BigEndian([0, 0, .. at[..6]])).ToString();
}
