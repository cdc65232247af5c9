using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary>What vxlan, vxvde and vxvdex have in common: a multicast group that frames are sent to, behind eight bytes of header.</summary>
static class OverlayParameters
{
    public const string DefaultGroup = "239.0.0.1";
    public const string DefaultGroup6 = "ff05:56de::1";
    public const int DefaultHashSize = 1024;
    public const int DefaultExpireSeconds = 128;
    public const int DefaultHops = 1;

    public const int LinkMtu = 1500;

    /// <summary>IPv4 and UDP, IPv6 and UDP.</summary>
    public const int InetBytes = 28;
    public const int Inet6Bytes = 48;
    public const int HeaderBytes = 8;

    public static UvdelParameterSchema Port(int fallback) =>
        new("port") { Description = "the UDP port of the group", ValueText = "a port 1..65535", Default = $"{fallback}", Check = value => Within(value, 1, ushort.MaxValue) };

    public static readonly UvdelParameterSchema Hops =
        new("ttl") { Description = "how many routers a datagram may pass, and one", ValueText = "a number 1..255", Default = $"{DefaultHops}", Check = value => Within(value, 1, 255) };

    public static UvdelParameterSchema ReceiveBuffer(string fallback) =>
        new("rcvbuf") { Description = "bytes the socket holds before it drops", ValueText = "a size (512k, 2M)", Default = fallback, Check = CheckSize };

    public static readonly UvdelParameterSchema Inet6 = new("v6") { Description = "IPv6, and its group by default" };

    public static readonly UvdelParameterSchema Inet = new("v4") { Description = "IPv4" };

    public static readonly UvdelParameterSchema HashSize =
        new("hashsize") { Description = "how many addresses are remembered", ValueText = "a number 1..65536", Default = $"{DefaultHashSize}", Check = value => Within(value, 1, 65_536) };

    public static readonly UvdelParameterSchema ExpireTime =
        new("expiretime") { Description = "seconds an address is remembered for after it was last heard", ValueText = "a number of seconds", Default = $"{DefaultExpireSeconds}", Check = value => Within(value, 1, 1_000_000) };

    public static readonly UvdelParameterSchema Interface =
        new("if") { Description = "the interface to join the group on, and to send to it", ValueText = "an interface's name", Default = "where the route to the group leads", Check = CheckInterface };

    /// <summary>Strict: an address is a multicast one. A name is for the resolver, later.</summary>
    public static string? CheckGroup(string argument)
    {
        if (argument.Length == 0 || !IPAddress.TryParse(argument, out IPAddress? address))
        {
            return null;
        }
        byte[] bytes = address.GetAddressBytes();
        bool isGroup = address.AddressFamily == AddressFamily.InterNetwork ? bytes[0] is >= 224 and <= 239 : bytes[0] == 0xff;
        return isGroup ? null : $"'{argument}' is no multicast address; {DefaultGroup} or {DefaultGroup6} would do";
    }

    /// <summary>Strict: family and address agree.</summary>
    public static IEnumerable<UvdelProblem> CheckFamily(Uvdel uvdel) =>
        uvdel.Has("v4") && uvdel.Has("v6")
            ? [new UvdelProblem(uvdel.At, "'v4' and 'v6' exclude each other; leave one out")]
            : IPAddress.TryParse(uvdel.Argument, out IPAddress? address) && uvdel.Has(address.AddressFamily == AddressFamily.InterNetwork ? "v6" : "v4")
                ? [new UvdelProblem(uvdel.ArgumentAt, $"'{uvdel.Argument}' is not of the family asked for")]
                : [];

    public static int MaxFrame(Uvdel uvdel) =>
        LinkMtu - HeaderBytes - (uvdel.Has("v6") || uvdel.Argument.Contains(':', StringComparison.Ordinal) ? Inet6Bytes : InetBytes);

    /// <summary>Leniently: what is no number in range counts as absent.</summary>
    public static int Number(Uvdel uvdel, string name, int fallback, int least, int most) =>
        int.TryParse(uvdel.Find(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most ? number : fallback;

    /// <summary>A number and letters that multiply it: k, m, g, t.</summary>
    public static int Size(string? text, int fallback)
    {
        if (string.IsNullOrEmpty(text))
        {
            return fallback;
        }
        bool hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        ReadOnlySpan<char> rest = hex ? text.AsSpan(2) : text;
        int digits = 0;
        while (digits < rest.Length && (hex ? char.IsAsciiHexDigit(rest[digits]) : char.IsAsciiDigit(rest[digits])))
        {
            digits++;
        }
        if (!ulong.TryParse(rest[..digits], hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            return fallback;
        }
        double size = number;
        foreach (char letter in rest[digits..])
        {
            size *= char.ToLowerInvariant(letter) switch
            {
                'k' => 1L << 10,
                'm' => 1L << 20,
                'g' => 1L << 30,
                't' => 1L << 40,
                _ => 1,
            };
        }
        return (int)Math.Min(size, int.MaxValue / 2);
    }

    public static string? Within(string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? null
            : $"'{value}' is no number {least}..{most}";

    static string? CheckSize(string value) => Size(value, 0) > 0 ? null : $"'{value}' is no size; 512k or 2M would do";

    static string? CheckInterface(string value) => value.Length is > 0 and < 16 ? null : $"'{value}' is no interface's name";
}

/// <summary>Leniently read, as the C plugins do.</summary>
/// <param name="Group">The multicast address, or a name; "": the default.</param>
/// <param name="ReceiveBuffer">Bytes; 0: not asked for.</param>
/// <param name="Interface">Null: where the route leads.</param>
public sealed record OverlayOptions(string Group, int Port, int Hops, int ReceiveBuffer, bool Inet, bool Inet6, int HashSize, int ExpireSeconds, string? Interface)
{
    public string GroupOrDefault => Group.Length > 0 ? Group : Inet6 ? OverlayParameters.DefaultGroup6 : OverlayParameters.DefaultGroup;

    internal static OverlayOptions From(Uvdel uvdel, int port) => new(
        uvdel.Argument,
        OverlayParameters.Number(uvdel, "port", port, 1, ushort.MaxValue),
        OverlayParameters.Number(uvdel, "ttl", OverlayParameters.DefaultHops, 1, 255),
        OverlayParameters.Size(uvdel.Find("rcvbuf"), 0),
        uvdel.Has("v4"),
        uvdel.Has("v6"),
        OverlayParameters.Number(uvdel, "hashsize", OverlayParameters.DefaultHashSize, 1, 65_536),
        OverlayParameters.Number(uvdel, "expiretime", OverlayParameters.DefaultExpireSeconds, 1, 1_000_000),
        uvdel.Find("if") is { Length: > 0 } name ? name : null);
}
