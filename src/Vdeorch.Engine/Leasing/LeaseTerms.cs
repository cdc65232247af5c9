using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Leasing;

/// <summary>What a DHCP server has given, as udhcpc tells it in variables. Pure. What makes no sense in it is left out: anybody on the network may be the server.</summary>
/// <param name="Seconds">How long it holds from now on.</param>
internal sealed record LeaseTerms(InterfaceAddress Address, uint Seconds)
{
    const int MaxServers = 3;
    const int MaxSearch = 6;
    const int MaxDomain = 253;

    /// <summary>Destination and gateway. Those of RFC 3442 take the place of the routers.</summary>
    public ImmutableArray<(IPNetwork Destination, IPAddress Gateway)> Routes { get; init; } = [];

    public ImmutableArray<IPAddress> Servers { get; init; } = [];

    public ImmutableArray<string> Search { get; init; } = [];

    /// <summary>A resolv.conf(5).</summary>
    public string Resolver => $"{(Search.IsEmpty ? "" : $"search {string.Join(' ', Search)}\n")}{string.Concat(Servers.Select(server => $"nameserver {server}\n"))}";

    /// <param name="variable">Null: not set.</param>
    /// <returns>Null when it names no address.</returns>
    public static LeaseTerms? Read(Func<string, string?> variable)
    {
        if (!StrictAddress.TryParse(variable("ip") ?? "", out IPAddress? ip) || ip.AddressFamily != AddressFamily.InterNetwork)
        {
            return null;
        }

        int prefix = int.TryParse(variable("mask"), NumberStyles.None, CultureInfo.InvariantCulture, out int bits) && bits is > 0 and <= 32 ? bits : 32;
        InterfaceAddress address = new(ip, prefix);
        ImmutableArray<(IPNetwork, IPAddress)> classless = Classless(Words(variable("staticroutes")), address);
        return new LeaseTerms(address, uint.TryParse(variable("lease"), NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds) ? Math.Max(1, seconds) : uint.MaxValue)
        {
            Routes = classless.IsEmpty ? [.. Addresses(variable("router")).Where(address.Contains).Take(1).Select(router => (new IPNetwork(IPAddress.Any, 0), router))] : classless,
            Servers = [.. Addresses(variable("dns")).Take(MaxServers)],
            Search = [.. Words(variable("search") ?? variable("domain")).Where(IsDomain).Take(MaxSearch)],
        };
    }

    // Pairs: 10.0.0.0/8 10.1.0.1.
    static ImmutableArray<(IPNetwork, IPAddress)> Classless(string[] words, InterfaceAddress own) =>
    [
        .. words.Chunk(2).Where(pair => pair.Length == 2 && StrictAddress.TryParse(pair[1], out IPAddress? gateway) && own.Contains(gateway) && InterfaceAddress.TryParse(pair[0], out _))
            .Select(pair => (InterfaceAddress.TryParse(pair[0], out InterfaceAddress? to) ? to.Value.Subnet : default, IPAddress.Parse(pair[1]))),
    ];

    static IEnumerable<IPAddress> Addresses(string? text)
    {
        foreach (string word in Words(text))
        {
            if (StrictAddress.TryParse(word, out IPAddress? address))
            {
                yield return address;
            }
        }
    }

    static string[] Words(string? text) => (text ?? "").Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);

    static bool IsDomain(string text) => text.Length <= MaxDomain && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
