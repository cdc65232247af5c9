namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>vxvdex://239.0.0.1/if=eth0</c>: a vxvde for one group of users, with the kernel watching over it.</summary>
public static class VxvdexScheme
{
    public static readonly UvdelScheme Scheme = new("vxvdex", UvdelForm.Slash)
    {
        Summary = "A vxvde for the members of one group of users, with the kernel watching over who is one.",
        Example = "vxvdex://239.0.0.1/if=eth0",
        ArgumentText = "the multicast group, whose last three bytes become the group's number",
        ArgumentDefault = $"{OverlayParameters.DefaultGroup}, with v6 {OverlayParameters.DefaultGroup6}",
        CheckArgument = OverlayParameters.CheckGroup,
        Parameters = VxvdeScheme.Parameters,
        Check = OverlayParameters.CheckFamily,
        MaxFrame = OverlayParameters.MaxFrame,
    };

    /// <summary>One's own group, unless told otherwise; and its number is the network's.</summary>
    public static VxvdeOptions Options(Uvdel uvdel) => VxvdeOptions.From(uvdel) with { UserGroup = uvdel.Find("grp") ?? "", Vni = null };
}
