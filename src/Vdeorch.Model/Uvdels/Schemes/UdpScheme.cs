using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>udp://10001->192.0.2.7:10002</c>: one peer on another host, a frame a datagram.</summary>
public static class UdpScheme
{
    public static readonly UvdelScheme Scheme = new("udp", UvdelForm.Raw)
    {
        Summary = "One peer on another host: a frame in each UDP datagram, nothing else.",
        Example = "udp://10001->192.0.2.7:10002",
        ArgumentText = "[local:]port->remote:port; IPv6 addresses with or without brackets",
        CheckArgument = argument => UdpOptions.Parse(argument, out string? problem) is null ? problem : null,
        MaxFrame = uvdel => UdpOptions.Parse(uvdel.Argument, out _) is { } options && IPAddress.TryParse(options.RemoteHost, out IPAddress? remote) && remote.AddressFamily == AddressFamily.InterNetwork
            ? OverlayParameters.LinkMtu - OverlayParameters.InetBytes
            : OverlayParameters.LinkMtu - OverlayParameters.Inet6Bytes,
    };
}

/// <param name="LocalHost">"": any.</param>
/// <param name="LocalPort">0: any.</param>
/// <param name="RemoteHost">An address, or a name to be resolved; brackets are gone.</param>
public sealed record UdpOptions(string LocalHost, int LocalPort, string RemoteHost, int RemotePort)
{
    const string Arrow = "->";

    /// <returns>Null with the problem.</returns>
    public static UdpOptions? Parse(string argument, out string? problem)
    {
        int arrow = argument.IndexOf(Arrow, StringComparison.Ordinal);
        if (arrow < 0)
        {
            problem = $"'{argument}' has no '->'; write udp://[local:]port->remote:port";
            return null;
        }
        string remote = argument[(arrow + Arrow.Length)..];
        if (!Split(argument[..arrow], out string localHost, out int localPort))
        {
            problem = $"'{argument[..arrow]}' is no local [address:]port";
            return null;
        }
        if (!Split(remote, out string remoteHost, out int remotePort) || remoteHost.Length == 0 || remotePort == 0)
        {
            problem = $"'{remote}' is no remote address:port";
            return null;
        }
        problem = null;
        return new UdpOptions(localHost, localPort, remoteHost, remotePort);
    }

    // The port stands after the last colon, because IPv6 addresses come without brackets in VDE.
    static bool Split(string end, out string host, out int port)
    {
        int colon = end.LastIndexOf(':');
        host = colon < 0 ? "" : end[..colon];
        if (host is ['[', .., ']'])
        {
            host = host[1..^1];
        }
        return int.TryParse(end.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue;
    }
}
