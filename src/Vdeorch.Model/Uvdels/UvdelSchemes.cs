using System.Collections.Immutable;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Model.Uvdels;

/// <summary>The schemes there are.</summary>
public static class UvdelSchemes
{
    public static readonly ImmutableArray<UvdelScheme> All =
    [
        BondingScheme.Scheme,
        HubScheme.Scheme,
        MultiScheme.Scheme,
        PtpScheme.Scheme,
        SwitchScheme.Scheme,
        UdpScheme.Scheme,
        VdeScheme.Scheme,
        VxlanScheme.Scheme,
        VxvdeScheme.Scheme,
        VxvdexScheme.Scheme,
    ];

    public static UvdelScheme? Find(string name) => All.FirstOrDefault(scheme => scheme.Name == name);
}
