using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary>Ports of the host that lead to guests of slirp: <c>[hostIP:]hostport:guestIP:guestport</c>.</summary>
/// <param name="Host">0.0.0.0: every address of the host.</param>
public readonly record struct SlirpForwards(IPAddress Host, int HostPort, IPAddress Guest, int GuestPort)
{
    public const string Form = "[hostIP:]hostport:guestIP:guestport";

    /// <param name="text">One of them.</param>
    /// <returns>Null when it is not of the <see cref="Form"/>.</returns>
    public static SlirpForwards? Parse(string text)
    {
        string[] parts = text.Split(':');
        string[] four = parts.Length == 3 ? ["", .. parts] : parts;
        return four.Length == 4 && Address(four[0]) is { } host && Port(four[1]) is { } hostPort && Address(four[2]) is { } guest && Port(four[3]) is { } guestPort
            ? new SlirpForwards(host, hostPort, guest, guestPort) : null;
    }

    /// <param name="list">Several with commas between.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? Check(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(one => Parse(one) is null) is { } bad ? $"'{bad}' is not of the form {Form}, with ports 1 to 65535" : null;

    internal static IPAddress? Address(string text) =>
        text.Length == 0 ? IPAddress.Any : text.Contains('.', StringComparison.Ordinal) && IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork ? address : null;

    static int? Port(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65_535 ? port : null;
}
