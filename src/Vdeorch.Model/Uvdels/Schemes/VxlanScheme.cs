namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>vxlan://239.0.0.1/vni=7/if=eth0</c>: a VXLAN, with kernels and other implementations in it.</summary>
public static class VxlanScheme
{
    public const int DefaultPort = 4789;
    const int MaxVni = 0xFF_FFFF;

    public static readonly UvdelScheme Scheme = new("vxlan", UvdelForm.Slash)
    {
        Summary = "A VXLAN (RFC 7348) over a multicast group, with kernels and other implementations in it.",
        Example = "vxlan://239.0.0.1/vni=7/if=eth0",
        ArgumentText = "the multicast group",
        ArgumentDefault = $"{OverlayParameters.DefaultGroup}, with v6 {OverlayParameters.DefaultGroup6}",
        CheckArgument = OverlayParameters.CheckGroup,
        Parameters =
        [
            OverlayParameters.Port(DefaultPort),
            new UvdelParameterSchema("vni") { Description = "which network", Default = "1" }.WithRange(0, MaxVni),
            OverlayParameters.Hops,
            OverlayParameters.ReceiveBuffer("2M, as far as the system lets"),
            OverlayParameters.Inet6,
            OverlayParameters.Inet,
            OverlayParameters.HashSize,
            OverlayParameters.ExpireTime,
            OverlayParameters.Interface,
        ],
        Check = OverlayParameters.CheckFamily,
        MaxFrame = OverlayParameters.MaxFrame,
    };

    internal static int ReadVni(Uvdel uvdel) => UvdelValues.Number(uvdel.Find("vni"), 1, 0, MaxVni);
}

public sealed record VxlanOptions(OverlayOptions Overlay, int Vni)
{
    public static VxlanOptions From(Uvdel uvdel) => new(OverlayOptions.From(uvdel, VxlanScheme.DefaultPort), VxlanScheme.ReadVni(uvdel));
}
