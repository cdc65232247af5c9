using System.Globalization;
using System.Net;
using System.Text;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Slirp;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Streams;

namespace Vdeorch.Plugs.Devices;

/// <summary>The Internet as this process has it, through the system's libslirp, which runs in a thread of its own: <c>slirp:///tcpfwd=8080:10.0.2.15:80</c>.</summary>
sealed class SlirpPlug : IPlug
{
    public static readonly PlugKind Kind = new("slirp", Open);

    readonly SlirpStack stack;
    readonly SeqPacketPlug frames;

    SlirpPlug(SlirpSettings settings)
    {
        stack = new SlirpStack(settings);
        frames = new SeqPacketPlug(stack.Frames);
    }

    public Fd Readiness => frames.Readiness;

    public int Headroom => 0;

    public Transfer Receive(FrameBatch into) => frames.Receive(into);

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => this.frames.Send(batch, frames);

    public void Dispose()
    {
        stack.Dispose();
        frames.Dispose();
    }

    static SlirpPlug Open(Uvdel uvdel, PlugOpening opening)
    {
        SlirpSettings settings = Settings(uvdel);
        if (uvdel.Has("verbose"))
        {
            opening.Warn(Describe(settings));
        }
        return new SlirpPlug(settings);
    }

    internal static SlirpSettings Settings(Uvdel uvdel)
    {
        SlirpOptions options = SlirpOptions.From(uvdel);
        if (options.Mistake is { } mistake)
        {
            throw new PlugException($"slirp://: '{mistake}' cannot be read");
        }
        return new SlirpSettings
        {
            IsRestricted = uvdel.Has("restricted"),
            V4 = options.HasV4 ? new SlirpNetwork(options.Host4.Address, options.Host4.Prefix, options.NameServer4) : null,
            V6 = options.HasV6 ? new SlirpNetwork(options.Host6.Address, options.Host6.Prefix, options.NameServer6) : null,
            DhcpStart = options.Dhcp,
            HostName = uvdel.Find("hostname") ?? "slirp",
            TftpServerName = uvdel.Find("tftp_server_name"),
            TftpPath = uvdel.Find("tftp_path"),
            BootFile = uvdel.Find("bootfile"),
            DnsSearch = [.. (uvdel.Find("vdnssearch") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)],
            DomainName = uvdel.Find("vdomainname"),
            Mtu = options.Mtu,
            Mru = options.Mru,
            DisablesHostLoopback = uvdel.Has("disable_host_loopback"),
            Forwards =
            [
                .. Ports(SlirpForwardKind.Tcp, uvdel.Find("tcpfwd")),
                .. Ports(SlirpForwardKind.Udp, uvdel.Find("udpfwd")),
                .. Service(SlirpForwardKind.Unix, uvdel.Find("unixfwd")),
                .. Service(SlirpForwardKind.Command, uvdel.Find("cmdfwd")),
            ],
        };
    }

    // [hostIP:]hostport:guestIP:guestport, several with commas between.
    static IEnumerable<SlirpForward> Ports(SlirpForwardKind kind, string? list)
    {
        foreach (string text in (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            yield return SlirpForwarding.Parse(text) is { } forward
                ? new SlirpForward(kind, text, forward.Host, forward.HostPort, forward.Guest.ToString(), forward.GuestPort)
                : throw new PlugException($"slirp://: '{text}' is not of the form {SlirpForwarding.Form}");
        }
    }

    // [slirpIP:]port:target, which may have colons of its own.
    static IEnumerable<SlirpForward> Service(SlirpForwardKind kind, string? text)
    {
        if (text is null)
        {
            yield break;
        }
        string[] parts = text.Split(':', 3);
        if (parts is [var address, var port, var target] && SlirpForwarding.AddressOf(address) is { } listen && SlirpForwarding.PortOf(port) is { } number)
        {
            yield return new SlirpForward(kind, text, listen, number, target, 0);
            yield break;
        }
        parts = text.Split(':', 2);
        yield return parts is [var onlyPort, { Length: > 0 } rest] && SlirpForwarding.PortOf(onlyPort) is { } known
            ? new SlirpForward(kind, text, IPAddress.Any, known, rest, 0)
            : throw new PlugException($"slirp://: '{text}' is not of the form [slirpIP:]port:{(kind == SlirpForwardKind.Unix ? "path" : "command")}");
    }

    static string Describe(SlirpSettings settings)
    {
        StringBuilder text = new("slirp://");
        void Line(string name, object? value) => text.Append(CultureInfo.InvariantCulture, $"\n{name,-14} {value ?? "-"}");
        Line("restricted", settings.IsRestricted ? "yes" : "no");
        Line("IPv4", settings.V4 is { } v4 ? $"{v4.Host}/{v4.PrefixLength}" : null);
        Line("DHCP from", settings.V4 is null ? null : settings.DhcpStart);
        Line("DNS", settings.V4?.NameServer);
        Line("IPv6", settings.V6 is { } v6 ? $"{v6.Host}/{v6.PrefixLength}" : null);
        Line("DNS by IPv6", settings.V6?.NameServer);
        Line("host name", settings.HostName);
        Line("TFTP", settings.TftpPath);
        Line("boot file", settings.BootFile);
        Line("search", settings.DnsSearch.IsEmpty ? null : string.Join(", ", settings.DnsSearch));
        Line("domain", settings.DomainName);
        Line("host loopback", settings.DisablesHostLoopback ? "no" : "yes");
        foreach (SlirpForward forward in settings.Forwards)
        {
            Line($"{forward.Kind}".ToLowerInvariant(), forward.Text);
        }
        return text.ToString();
    }
}
