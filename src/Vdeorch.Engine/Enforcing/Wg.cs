using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Engine.Enforcing;

/// <summary>wg(8), which speaks to the kernel and to programs in its place alike. Keys go in and out by its standard streams, never by its arguments.</summary>
/// <param name="link">The interface.</param>
/// <param name="sockets">The directory that is /run for the program behind it; null: the kernel made it.</param>
sealed class Wg(NetNamespace ns, string link, string? sockets)
{
    const string Nothing = "(none)";
    const string Off = "off";

    // As good as none (wg(8)).
    static readonly string s_noKey = Convert.ToBase64String(new byte[32]);

    static readonly Tool s_plain = new(VnfProgram.Wg, "keys and peers are");

    readonly Tool _wg = sockets is null ? s_plain : s_plain with { Binds = [new BindMount(sockets, "/run")] };

    /// <exception cref="LinuxException">wg is missing, or takes it for no key.</exception>
    public static async Task<string> PublicKeyAsync(string privateKey, CancellationToken ct) => (await s_plain.RunAsync("pubkey", null, ["pubkey"], $"{privateKey}\n", ct)).Trim();

    /// <returns>Null when there is no such interface of WireGuard's, or nobody behind it.</returns>
    /// <exception cref="LinuxException">wg is missing.</exception>
    public async Task<WireguardState?> ShowAsync(CancellationToken ct)
    {
        try
        {
            string[][] lines = [.. (await _wg.RunAsync(link, ns.Fd, ["show", link, "dump"], "", ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))];
            return lines is [[_, var key, var port, _], ..] ? new WireguardState(key == Nothing ? null : key, int.Parse(port, CultureInfo.InvariantCulture), [.. lines.Skip(1).Where(line => line.Length == 8).Select(Peer)]) : null;
        }
        catch (LinuxException none) when (none.Errno == Errnos.Invalid)
        {
            return null;
        }
    }

    /// <summary>Puts in place what is given and leaves the rest alone.</summary>
    /// <param name="privateKey">Null: it stays.</param>
    /// <param name="listen">Null: it stays.</param>
    /// <param name="peers">Each whole, with its keys.</param>
    public Task AddAsync(string? privateKey, int? listen, IEnumerable<(WireguardPeer Peer, string PublicKey, string? PresharedKey)> peers, CancellationToken ct)
    {
        StringBuilder text = new("[Interface]\n");
        Add(text, "PrivateKey", privateKey);
        Add(text, "ListenPort", listen?.ToString(CultureInfo.InvariantCulture));
        foreach ((WireguardPeer peer, string publicKey, string? presharedKey) in peers)
        {
            text.Append("[Peer]\n");
            Add(text, "PublicKey", publicKey);
            Add(text, "PresharedKey", presharedKey ?? s_noKey);
            Add(text, "AllowedIPs", string.Join(", ", peer.Allowed));
            Add(text, "Endpoint", peer.Endpoint?.ToString());
            Add(text, "PersistentKeepalive", peer.Keepalive is { } every ? ((int)every.TotalSeconds).ToString(CultureInfo.InvariantCulture) : Off);
        }

        return _wg.RunAsync(link, ns.Fd, ["addconf", link, "/dev/stdin"], text.ToString(), ct);
    }

    public Task RemoveAsync(IEnumerable<string> publicKeys, CancellationToken ct) => _wg.RunAsync(link, ns.Fd, ["set", link, .. publicKeys.SelectMany(key => new[] { "peer", key, "remove" })], "", ct);

    static void Add(StringBuilder text, string key, string? value)
    {
        if (value is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"{key} = {value}\n");
        }
    }

    // public key, preshared key, endpoint, allowed, latest handshake, received, sent, keepalive
    static PeerState Peer(string[] words) => new(
        words[0], words[1] == Nothing ? null : words[1], words[2] != Nothing, words[3] == Nothing ? [] : [.. words[3].Split(',').Select(IPNetwork.Parse)],
        long.Parse(words[4], CultureInfo.InvariantCulture) is > 0 and var at ? DateTimeOffset.FromUnixTimeSeconds(at) : null,
        words[7] == Off ? null : TimeSpan.FromSeconds(int.Parse(words[7], CultureInfo.InvariantCulture)));
}

/// <summary>What an interface of WireGuard's has. Its private key is not among it.</summary>
/// <param name="PublicKey">Null: it has no key.</param>
sealed record WireguardState(string? PublicKey, int Listen, ImmutableArray<PeerState> Peers);

/// <param name="presharedKey">Null: none.</param>
/// <param name="hasEndpoint">Whether it is known where the peer is.</param>
/// <param name="handshake">When the two last agreed on keys; null: never.</param>
/// <param name="keepalive">Null: off.</param>
sealed class PeerState(string publicKey, string? presharedKey, bool hasEndpoint, ImmutableArray<IPNetwork> allowed, DateTimeOffset? handshake, TimeSpan? keepalive)
{
    public string PublicKey => publicKey;

    public bool HasEndpoint => hasEndpoint;

    public ImmutableArray<IPNetwork> Allowed => allowed;

    public DateTimeOffset? Handshake => handshake;

    public TimeSpan? Keepalive => keepalive;

    public bool HasPresharedKey => presharedKey is not null;

    /// <param name="wished">Null: none.</param>
    public bool IsPresharedKey(string? wished) => presharedKey == wished;
}
