using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Observing;

/// <summary>Tunnels of WireGuard's: the link as the kernel has it, the rest as wg says, each thing by the name that the file has for it.</summary>
internal static class TunnelObserver
{
    const string Stopped = "stopped";
    const string Another = "another";

    /// <exception cref="LinuxException">wg is missing.</exception>
    public static async Task<Observed> ObserveAsync(RunDirectory run, string topology, NetNamespace ns, Observed seen, TunnelNote note)
    {
        ImmutableSortedDictionary<string, string>.Builder fields = seen.Fields.ToBuilder();
        if (!LookAtLink(ns, note.Link, fields))
        {
            return seen with { Fields = fields.ToImmutable() };
        }

        string[] name = seen.Id.Name.Split('/');
        if (await new Wg(ns, note.Link, note.IsProgram ? $"{run.Daemon(topology, name[0], name[1])}/run" : null).ShowAsync(CancellationToken.None) is not { } state)
        {
            // What nobody can say is not drift.
            fields[WireguardSpec.LinkPath] = Stopped;
            return seen with { Fields = fields.ToImmutable(), Enumerated = [], Health = Health.Failed, Reason = $"{WireguardHost.Go.Name} does not answer" };
        }

        fields[WireguardSpec.PrivateKeyPath] = await IsOfAsync(note.KeyFile, state.PublicKey, otherwise: true) ? note.KeyFile : $"{Another}, that of {state.PublicKey ?? "nobody"}";
        if (note.Listens)
        {
            fields[WireguardSpec.ListenPath] = state.Listen.ToString(CultureInfo.InvariantCulture);
        }

        List<string> words = [];
        foreach (PeerState peer in state.Peers)
        {
            TunnelPeerNote? known = await KnownAsync(peer, note);
            fields[$"{WireguardSpec.PeerPaths}{known?.Name ?? peer.PublicKey}"] = WireguardPeer.Print(
                known?.KeyFile is { } file ? new WireguardIdentity(null, file, null) : new WireguardIdentity(peer.PublicKey, null, null), peer.Allowed, peer.HasEndpoint ? known?.Endpoint : null, peer.Keepalive, PresharedKey(peer, known));
            words.Add($"{known?.Name ?? peer.PublicKey}: {(peer.Handshake is { } at ? $"handshake {Ago(at)} ago" : "no handshake yet")}");
        }

        return seen with { Fields = fields.ToImmutable(), Reason = Say(words) };
    }

    /// <summary>Functions whose tunnels are in a namespace, by their marks alone.</summary>
    public static IEnumerable<string> Strays(RunDirectory run, string topology, string name)
    {
        using NetNamespace? ns = NetNamespace.TryOpen(run.Pin(topology, name));
        if (ns is null)
        {
            return [];
        }

        using NamespaceThread thread = new("vdeorch-look");
        return thread.Run(ns, () =>
        {
            using RouteReader reader = RouteReader.Open();
            return reader.Links().Select(link => Marks.MakerOf(link.Alias, run, topology, name, link.Name)).OfType<string>().Select(kind => $"{name}/{kind}").Distinct().ToArray();
        });
    }

    static string Say(List<string> peers) => string.Create(CultureInfo.InvariantCulture,
        $"{peers.Count} {(peers.Count == 1 ? "peer" : "peers")}{(peers.Count == 0 ? "" : $", {string.Join(", ", peers.Order(Comparer<string>.Create(NaturalOrder.Compare)))}")}");

    static string Ago(DateTimeOffset at)
    {
        TimeSpan ago = DateTimeOffset.UtcNow - at;
        return ago < TimeSpan.FromMinutes(2) ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (int)ago.TotalSeconds)} s")
            : ago < TimeSpan.FromHours(2) ? string.Create(CultureInfo.InvariantCulture, $"{(int)ago.TotalMinutes} min") : string.Create(CultureInfo.InvariantCulture, $"{(int)ago.TotalHours} h");
    }

    // False when there is none of that name.
    static bool LookAtLink(NetNamespace ns, string name, ImmutableSortedDictionary<string, string>.Builder fields)
    {
        using NamespaceThread thread = new("vdeorch-look");
        return thread.Run(ns, () =>
        {
            using RouteReader reader = RouteReader.Open();
            if (reader.Links().FirstOrDefault(link => link.Name == name) is not { } link)
            {
                return false;
            }

            fields[WireguardSpec.AddressPath] = InterfaceSpec.PrintAddresses(reader.Addresses().Where(address => address.Index == link.Index && NamespaceObserver.IsAsked(address)).Select(address => new InterfaceAddress(address.Address, address.PrefixLength)));
            fields[WireguardSpec.InterfacePath] = name;
            fields[WireguardSpec.LinkPath] = link.IsUp ? WireguardSpec.Up : "down";
            fields[WireguardSpec.MtuPath] = link.Mtu.ToString(CultureInfo.InvariantCulture);
            fields[WireguardSpec.RoutesPath] = WireguardSpec.PrintRoutes(reader.Routes().Where(route => route.OutputIndex == link.Index && Tunnel.IsOurs(route)).Select(route => route.Destination));
            return true;
        });
    }

    static async Task<TunnelPeerNote?> KnownAsync(PeerState peer, TunnelNote note)
    {
        foreach (TunnelPeerNote known in note.Peers)
        {
            if (known.KeyFile is null ? known.PublicKey == peer.PublicKey : await IsOfAsync(known.KeyFile, peer.PublicKey, otherwise: known.PublicKey == peer.PublicKey))
            {
                return known;
            }
        }

        return null;
    }

    // Whose file cannot be read any more may be as it was.
    static async Task<bool> IsOfAsync(string keyFile, string? publicKey, bool otherwise)
    {
        string key;
        try
        {
            key = WireguardKeys.Read(keyFile);
        }
        catch (LinuxException)
        {
            return otherwise;
        }

        return await Wg.PublicKeyAsync(key, CancellationToken.None) == publicKey;
    }

    static string? PresharedKey(PeerState peer, TunnelPeerNote? known)
    {
        if (!peer.HasPresharedKey)
        {
            return null;
        }

        try
        {
            return known?.PresharedKey is { } file && peer.IsPresharedKey(WireguardKeys.Read(file)) ? file : Another;
        }
        catch (LinuxException)
        {
            return known?.PresharedKey;
        }
    }
}
