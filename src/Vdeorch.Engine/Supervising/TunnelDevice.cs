using System.Globalization;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Linux.Taps;

namespace Vdeorch.Engine.Supervising;

/// <summary>The interface that is handed to wireguard-go: it opens no device by itself, so it needs no right to.</summary>
static class TunnelDevice
{
    // The last that wants a protocol in front of every packet; those that came later want what is left to do to it.
    const int LastOld = 20230223;

    static readonly Tool s_go = new(WireguardHost.Go, "tunnels are made, where the kernel makes none,");

    static readonly Lazy<TunHeader> s_header = new(Ask);

    /// <summary>Makes it where it is not there, and marks it.</summary>
    /// <exception cref="LinuxException">Somebody else holds it.</exception>
    public static Fd Open(NetNamespace ns, string name, string mark)
    {
        TunHeader header = s_header.Value;
        using NamespaceThread thread = new("vdeorch-tun");
        return thread.Run(ns, () =>
        {
            Fd tun = Tun.Open(name, header);
            try
            {
                using RouteReader reader = RouteReader.Open();
                using RouteWriter writer = RouteWriter.Open();
                writer.SetLink(reader.Links().Single(link => link.Name == name).Index, new LinkChange { Alias = mark });
                return tun;
            }
            catch
            {
                tun.Dispose();
                throw;
            }
        });
    }

    // "wireguard-go v0.0.20220316"
    static TunHeader Ask()
    {
        string said = s_go.RunAsync("--version", null, ["--version"], "", CancellationToken.None).GetAwaiter().GetResult();
        string date = said.Split('\n')[0].Split('.')[^1].Trim();
        return int.TryParse(date, NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version <= LastOld ? TunHeader.Protocol : TunHeader.Virtio;
    }
}
