using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Vdeorch.Model.Uvdels.Schemes;

public static class SlirpScheme
{
    internal const int MaxMtu = 65_521;

    public static readonly UvdelScheme Scheme = new("slirp", UvdelForm.Slash)
    {
        Summary = "The Internet as this host has it, without privilege: a gateway with DHCP and DNS, in user space.",
        Example = "slirp:///tcpfwd=8080:10.0.2.15:80",
        Parameters =
        [
            new("restricted") { Description = "Guests reach nothing but what is forwarded" },
            new("v4") { Description = "IPv4; alone, no IPv6" },
            new("v6") { Description = "IPv6; alone, no IPv4" },
            Address("host", "The gateway, and with it the network", "10.0.2.2/24", AddressFamily.InterNetwork, prefix: true),
            Address("addr", "The same as host", null, AddressFamily.InterNetwork, prefix: true) with { SameAs = "host" },
            Address("host6", "The gateway of IPv6, and with it the network", "fd00::2/64", AddressFamily.InterNetworkV6, prefix: true),
            Address("addr6", "The same as host6", null, AddressFamily.InterNetworkV6, prefix: true) with { SameAs = "host6" },
            new("hostname") { Description = "What guests are told that the gateway is called", ValueText = "a name", Default = "slirp" },
            new("tftp_server_name") { Description = "What DHCP says about it", ValueText = "a name" },
            new("tftp_path") { Description = "A directory of the host that guests may read by TFTP", ValueText = "a path" },
            new("bootfile") { Description = "The file that DHCP tells to boot from", ValueText = "a name" },
            Address("dhcp", "The first lease", "10.0.2.15", AddressFamily.InterNetwork, prefix: false),
            Address("vnameserver", "Where guests ask for names", "10.0.2.3", AddressFamily.InterNetwork, prefix: false),
            Address("vnameserver6", "Where guests ask for names by IPv6", "fd00::3", AddressFamily.InterNetworkV6, prefix: false),
            new("vdnssearch") { Description = "Domains that DHCP says to search", ValueText = "a,b" },
            new("vdomainname") { Description = "The domain that DHCP tells", ValueText = "a name" },
            Bytes("mtu", "The longest packet to guests"),
            Bytes("mru", "The longest packet from guests"),
            new("disable_host_loopback") { Description = "The gateway's address does not reach services on the host's loopback" },
            new("tcpfwd") { Description = "TCP ports of the host that lead to guests", ValueText = $"{SlirpForwarding.Form},…", Check = SlirpForwarding.Check },
            new("udpfwd") { Description = "UDP ports of the host that lead to guests", ValueText = $"{SlirpForwarding.Form},…", Check = SlirpForwarding.Check },
            new("unixfwd") { Description = "A port of the network that leads to a socket of the host", ValueText = "[slirpIP:]port:path" },
            new("cmdfwd") { Description = "A port of the network that leads to a command on the host", ValueText = "[slirpIP:]port:command" },
            new("verbose") { Description = "Say what all this comes to" },
        ],
    };

    static UvdelParameterSchema Address(string name, string description, string? standard, AddressFamily family, bool prefix) => new(name)
    {
        Description = description,
        ValueText = prefix ? "an address/prefix" : "an address",
        Default = standard,
        Check = value => SlirpOptions.ParseAddress(value, family, prefix) is not null ? null
            : $"'{value}' is no {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address{(prefix ? " with an optional /prefix (quoted: addr='10.9.0.1/16')" : "")}",
    };

    static UvdelParameterSchema Bytes(string name, string description) => new(name)
    {
        Description = description,
        ValueText = "bytes; 0 for the standard",
        Default = "0",
        Check = value => UvdelValues.IsDecimal(value, out uint bytes) && bytes is 0 or (>= 68 and <= MaxMtu) ? null : $"'{value}' is not 0 nor 68 to {MaxMtu}",
        Read = value => $"{UvdelValues.Number(value, 0, 0, MaxMtu)}",
    };
}

/// <summary>Addresses and prefixes as written; defaults filled in, and moved to the network that was given.</summary>
public sealed record SlirpOptions
{
    static readonly (IPAddress Address, int Prefix) s_host4 = (IPAddress.Parse("10.0.2.2"), 24);
    static readonly (IPAddress Address, int Prefix) s_host6 = (IPAddress.Parse("fd00::2"), 64);

    /// <summary>The first value that is none, with its key; null when all are.</summary>
    public string? Mistake { get; init; }

    public bool HasV4 { get; init; }
    public bool HasV6 { get; init; }
    public (IPAddress Address, int Prefix) Host4 { get; init; }
    public (IPAddress Address, int Prefix) Host6 { get; init; }
    public required IPAddress Dhcp { get; init; }
    public required IPAddress NameServer4 { get; init; }
    public required IPAddress NameServer6 { get; init; }
    public int Mtu { get; init; }
    public int Mru { get; init; }

    public static SlirpOptions From(Uvdel uvdel)
    {
        string? mistake = null;
        bool v4 = uvdel.Has("v4");
        bool v6 = uvdel.Has("v6");
        (IPAddress Address, int Prefix) host4 = Read("addr", AddressFamily.InterNetwork, true) ?? Read("host", AddressFamily.InterNetwork, true) ?? s_host4;
        (IPAddress Address, int Prefix) host6 = Read("addr6", AddressFamily.InterNetworkV6, true) ?? Read("host6", AddressFamily.InterNetworkV6, true) ?? s_host6;
        return new SlirpOptions
        {
            HasV4 = v4 || !v6,
            HasV6 = v6 || !v4,
            Host4 = host4,
            Host6 = host6,
            Dhcp = Read("dhcp", AddressFamily.InterNetwork, false)?.Address ?? Move("10.0.2.15", host4),
            NameServer4 = Read("vnameserver", AddressFamily.InterNetwork, false)?.Address ?? Move("10.0.2.3", host4),
            NameServer6 = Read("vnameserver6", AddressFamily.InterNetworkV6, false)?.Address ?? Move("fd00::3", host6),
            Mtu = UvdelValues.Number(uvdel.Find("mtu"), 0, 0, SlirpScheme.MaxMtu),
            Mru = UvdelValues.Number(uvdel.Find("mru"), 0, 0, SlirpScheme.MaxMtu),
            Mistake = mistake,
        };

        (IPAddress Address, int Prefix)? Read(string key, AddressFamily family, bool prefix)
        {
            if (uvdel.Find(key) is not { } text)
            {
                return null;
            }
            (IPAddress, int)? read = ParseAddress(text, family, prefix);
            mistake ??= read is null ? $"{key}={text}" : null;
            return read;
        }
    }

    internal static (IPAddress Address, int Prefix)? ParseAddress(string text, AddressFamily family, bool takesPrefix)
    {
        int slash = takesPrefix ? text.IndexOf('/', StringComparison.Ordinal) : -1;
        int longest = family == AddressFamily.InterNetwork ? 32 : 128;
        int prefix = family == AddressFamily.InterNetwork ? StandardPrefix4 : StandardPrefix6;
        bool isFine = IPAddress.TryParse(slash < 0 ? text : text[..slash], out IPAddress? address) && address.AddressFamily == family
            && (slash < 0 || (int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= longest));
        return isFine ? (address!, prefix) : null;
    }

    const int StandardPrefix4 = 24;
    const int StandardPrefix6 = 64;

    // The default's own bits behind the prefix, in the given network.
    static IPAddress Move(string standard, (IPAddress Address, int Prefix) network)
    {
        byte[] bytes = IPAddress.Parse(standard).GetAddressBytes();
        byte[] net = network.Address.GetAddressBytes();
        for (int bit = 0; bit < network.Prefix; bit++)
        {
            int mask = 0x80 >> (bit % 8);
            bytes[bit / 8] = (byte)((bytes[bit / 8] & ~mask) | (net[bit / 8] & mask));
        }
        return new IPAddress(bytes);
    }
}
