using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>vxvde://239.0.0.1/vni=7/if=eth0</c>: everybody of a group, on this host and others; no switch, no server.</summary>
public static class VxvdeScheme
{
    public const int DefaultPort = 14789;
    internal const uint MaxVni = 0xFF_FFFF;

    internal static readonly ImmutableArray<UvdelParameterSchema> Parameters =
    [
        OverlayParameters.Port(DefaultPort),
        new("vni") { Description = "which network", ValueText = "a number 0..16777215, or a group's name for its number", Default = "grp, if that is given, else 1", Check = CheckVni },
        new("grp") { Description = "a group of users, whose number becomes the last three bytes of the address", ValueText = "a group's name or number; nothing: one's own", Check = CheckGroup },
        OverlayParameters.Hops,
        OverlayParameters.ReceiveBuffer("2M, as far as the system lets"),
        OverlayParameters.Inet6,
        OverlayParameters.Inet,
        OverlayParameters.HashSize,
        OverlayParameters.ExpireTime,
        OverlayParameters.Interface,
        new("bind") { Description = "the local address to send from", ValueText = "an address of this host", Default = "any", Check = CheckBind },
    ];

    public static readonly UvdelScheme Scheme = new("vxvde", UvdelForm.Slash)
    {
        Summary = "A network over a multicast group: whoever is in it, on this host or others, without a switch or a server.",
        Example = "vxvde://239.0.0.1/vni=7/if=eth0",
        ArgumentText = "the multicast group",
        ArgumentDefault = $"{OverlayParameters.DefaultGroup}, with v6 {OverlayParameters.DefaultGroup6}",
        CheckArgument = OverlayParameters.CheckGroup,
        Parameters = Parameters,
        Check = OverlayParameters.CheckFamily,
        MaxFrame = OverlayParameters.MaxFrame,
    };

    static string? CheckVni(string value) => value switch
    {
        "" => "needs a number or a group's name",
        _ when value.All(char.IsAsciiDigit) => UvdelValues.IsDecimal(value, out uint number) && number <= MaxVni ? null : $"'{value}' is no number 0..{MaxVni}",
        _ => null,
    };

    static string? CheckGroup(string value) =>
        !value.All(char.IsAsciiDigit) || value.Length == 0 || (UvdelValues.IsDecimal(value, out uint number) && number <= MaxVni)
            ? null
            : $"'{value}' does not fit the three bytes of the address; at most {MaxVni}";

    static string? CheckBind(string value) => IPAddress.TryParse(value, out _) ? null : $"'{value}' is no address";
}

/// <param name="Vni">A number or a group's name; null: by the group of users, else 1.</param>
/// <param name="UserGroup">A number or name; "": one's own; null: the address is taken as it is.</param>
/// <param name="Bind">Null: any.</param>
public sealed record VxvdeOptions(OverlayOptions Overlay, string? Vni, string? UserGroup, string? Bind)
{
    public static VxvdeOptions From(Uvdel uvdel) => new(
        OverlayOptions.From(uvdel, VxvdeScheme.DefaultPort),
        uvdel.Find("vni") is { Length: > 0 } vni ? vni : null,
        uvdel.Find("grp"),
        uvdel.Find("bind") is { Length: > 0 } address ? address : null);

    /// <summary>The last three bytes of the group's address become those of the number of a group of users.</summary>
    public static IPAddress WithNumber(IPAddress address, uint number)
    {
        byte[] bytes = address.GetAddressBytes();
        bytes[^3] = (byte)(number >> 16);
        bytes[^2] = (byte)(number >> 8);
        bytes[^1] = (byte)number;
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(bytes, address.ScopeId) : new IPAddress(bytes);
    }
}
