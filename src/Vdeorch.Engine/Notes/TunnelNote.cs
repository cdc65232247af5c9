using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Notes;

/// <summary>Of a tunnel that was made: what wg cannot say, which is what the file calls things. No private key is in it.</summary>
/// <param name="IsProgram">Whether wireguard-go is behind it; else the kernel is.</param>
/// <param name="KeyFile">The file of its private key.</param>
/// <param name="Listens">Whether the file says at which port.</param>
internal sealed record TunnelNote(string Link, bool IsProgram, string KeyFile, bool Listens, TunnelPeerNote[] Peers);

/// <param name="PublicKey">As it was then.</param>
/// <param name="KeyFile">Of the namespace that it is; null: the file has its public key.</param>
internal sealed record TunnelPeerNote(string Name, string PublicKey, string? KeyFile, string? Endpoint, string? PresharedKey)
{
    public static TunnelPeerNote Of(WireguardPeer peer, string publicKey) => new(peer.Name, publicKey, peer.Key.PrivateKeyFile, peer.Endpoint?.ToString(), peer.PresharedKey);
}
