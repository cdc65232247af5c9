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
    public const int MaxHashSize = 65_536;
    public const int MaxExpireSeconds = 1_000_000;

    public const int LinkMtu = 1500;

    /// <summary>IPv4 and UDP, IPv6 and UDP.</summary>
    public const int InetBytes = 28;
    public const int Inet6Bytes = 48;
    public const int HeaderBytes = 8;

    public static UvdelParameterSchema Port(int fallback) =>
        new UvdelParameterSchema("port") { Description = "the UDP port of the group", ValueText = "a port 1..65535", Default = $"{fallback}" }.WithRange(1, ushort.MaxValue);

    public static readonly UvdelParameterSchema Hops =
        new UvdelParameterSchema("ttl") { Description = "how many routers a datagram may pass, and one", Default = $"{DefaultHops}" }.WithRange(1, 255);

    public static UvdelParameterSchema ReceiveBuffer(string fallback) =>
        new("rcvbuf") { Description = "bytes the socket holds before it drops", ValueText = "a size (512k, 2M)", Default = fallback, Check = UvdelValues.CheckSize, Read = value => UvdelValues.Size(value, 0) is > 0 and int bytes ? $"{bytes}" : null };

    public static readonly UvdelParameterSchema Inet6 = new("v6") { Description = "IPv6, and its group by default" };

    public static readonly UvdelParameterSchema Inet = new("v4") { Description = "IPv4" };

    public static readonly UvdelParameterSchema HashSize =
        new UvdelParameterSchema("hashsize") { Description = "how many addresses are remembered", Default = $"{DefaultHashSize}" }.WithRange(1, MaxHashSize);

    public static readonly UvdelParameterSchema ExpireTime =
        new UvdelParameterSchema("expiretime") { Description = "seconds an address is remembered for after it was last heard", Default = $"{DefaultExpireSeconds}" }.WithRange(1, MaxExpireSeconds);

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
        UvdelValues.Number(uvdel.Find("port"), port, 1, ushort.MaxValue),
        UvdelValues.Number(uvdel.Find("ttl"), OverlayParameters.DefaultHops, 1, 255),
        UvdelValues.Size(uvdel.Find("rcvbuf"), 0),
        uvdel.Has("v4"),
        uvdel.Has("v6"),
        UvdelValues.Number(uvdel.Find("hashsize"), OverlayParameters.DefaultHashSize, 1, OverlayParameters.MaxHashSize),
        UvdelValues.Number(uvdel.Find("expiretime"), OverlayParameters.DefaultExpireSeconds, 1, OverlayParameters.MaxExpireSeconds),
        uvdel.Find("if") is { Length: > 0 } name ? name : null);
}
