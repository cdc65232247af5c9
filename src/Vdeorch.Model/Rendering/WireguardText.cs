using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Model.Rendering;

/// <summary>A tunnel as a file has it.</summary>
public static class WireguardText
{
    /// <summary>What is known from a namespace is said, so that the text stands for itself; only whose key it is stays the namespace's to say.</summary>
    public static ImmutableSortedDictionary<string, string> Parameters(WireguardSpec tunnel) => VnfText.Parameters(
        ("private-key", YamlWriter.Scalar(tunnel.PrivateKey)), ("listen", tunnel.Listen?.ToString(CultureInfo.InvariantCulture)), ("address", VnfText.List(tunnel.Addresses.Select(address => address.ToString()))),
        ("interface", tunnel.Interface == WireguardDraft.Usual ? null : YamlWriter.Scalar(tunnel.Interface)), ("mtu", tunnel.Mtu.ToString(CultureInfo.InvariantCulture)),
        ("peers", tunnel.Peers.IsEmpty ? null : VnfText.Map(tunnel.Peers.Select(peer => (peer.Name, (string?)Print(peer))))));

    /// <summary>The same of what was found.</summary>
    /// <param name="fields">Of the tunnel, as observed.</param>
    /// <param name="known">As it was asked for: what a key is called, and which file it is in, nobody else knows.</param>
    public static ImmutableSortedDictionary<string, string> Live(ImmutableSortedDictionary<string, string> fields, WireguardSpec known)
    {
        string name = fields.GetValueOrDefault(WireguardSpec.InterfacePath) ?? known.Interface;
        string[] addresses = fields.GetValueOrDefault(WireguardSpec.AddressPath)?.Split(", ", StringSplitOptions.RemoveEmptyEntries) ?? [];
        int strangers = 0;
        return VnfText.Parameters(
            ("private-key", YamlWriter.Scalar(known.PrivateKey)), ("listen", fields.GetValueOrDefault(WireguardSpec.ListenPath)), ("address", VnfText.List(addresses)),
            ("interface", name == WireguardDraft.Usual ? null : YamlWriter.Scalar(name)), ("mtu", fields.GetValueOrDefault(WireguardSpec.MtuPath)),
            ("peers", VnfText.Map(fields.Where(field => field.Key.StartsWith(WireguardSpec.PeerPaths, StringComparison.Ordinal)).Select(field => Peer(field.Key[WireguardSpec.PeerPaths.Length..], field.Value)))));

        // One that has no name in the file is called by its key, which can be no name.
        (string Name, string? Text) Peer(string called, string text) => known.Peers.FirstOrDefault(peer => peer.Name == called) is not { } peer ? (string.Create(CultureInfo.InvariantCulture, $"stranger-{++strangers}"), text)
            : (called, peer.Key.Namespace is null ? text : text.Replace($"{WireguardIdentity.FileKey}: {YamlWriter.Scalar(peer.Key.PrivateKeyFile!)},", $"namespace: {peer.Key.Namespace},", StringComparison.Ordinal));
    }

    /// <summary>With other names for its files.</summary>
    /// <param name="names">Of each file that it names.</param>
    public static WireguardSpec Rename(WireguardSpec tunnel, Func<string, string> names) => tunnel with
    {
        PrivateKey = names(tunnel.PrivateKey),
        Peers = [.. tunnel.Peers.Select(peer => peer.PresharedKey is { } file ? peer with { PresharedKey = names(file) } : peer)],
    };

    /// <summary>The files that it names.</summary>
    public static IEnumerable<string> Files(WireguardSpec tunnel) => [tunnel.PrivateKey, .. tunnel.Peers.Select(peer => peer.PresharedKey).OfType<string>()];

    static string Print(WireguardPeer peer) => VnfText.Map(
        ("public-key", peer.Key.PublicKey is { } key ? YamlWriter.Scalar(key) : null), ("namespace", peer.Key.Namespace), ("allowed", VnfText.List(peer.Allowed.Select(allowed => allowed.ToString())) ?? "[]"),
        ("endpoint", peer.Endpoint is { } endpoint ? YamlWriter.Scalar(endpoint.ToString()) : null), ("keepalive", peer.Keepalive is { } every ? Durations.Print(every) : null),
        ("preshared-key", peer.PresharedKey is { } file ? YamlWriter.Scalar(file) : null));
}
