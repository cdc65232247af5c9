using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary>A port of the host that leads to a guest of slirp: <c>[hostIP:]hostport:guestIP:guestport</c>.</summary>
/// <param name="Host">0.0.0.0: every address of the host.</param>
public readonly record struct SlirpForwarding(IPAddress Host, int HostPort, IPAddress Guest, int GuestPort)
{
    public const string Form = "[hostIP:]hostport:guestIP:guestport";

    /// <param name="text">One of them.</param>
    /// <returns>Null when it is not of the <see cref="Form"/>.</returns>
    public static SlirpForwarding? Parse(string text)
    {
        string[] parts = text.Split(':');
        string[] four = parts.Length == 3 ? ["", .. parts] : parts;
        return four.Length == 4 && AddressOf(four[0]) is { } host && PortOf(four[1]) is { } hostPort && AddressOf(four[2]) is { } guest && PortOf(four[3]) is { } guestPort
            ? new SlirpForwarding(host, hostPort, guest, guestPort) : null;
    }

    /// <param name="list">Several with commas between.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? Check(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(one => Parse(one) is null) is { } bad ? $"'{bad}' is not of the form {Form}, with ports 1 to 65535" : null;

    /// <returns>Null when it is no IPv4 address; any for nothing.</returns>
    public static IPAddress? AddressOf(string text) =>
        text.Length == 0 ? IPAddress.Any : StrictAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork ? address : null;

    /// <returns>Null when it is no port 1 to 65535.</returns>
    public static int? PortOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65_535 ? port : null;
}
