using System.Collections.Immutable;

namespace Vdeorch.Model.Uvdels;

public static class UvdelSchemes
{
    public static readonly ImmutableArray<UvdelScheme> All = [];
using Vdeorch.Model.Uvdels.Schemes;


/// <summary>The schemes there are.</summary>
    public static readonly ImmutableArray<UvdelScheme> All =
    [
        BondingScheme.Scheme,
        HubScheme.Scheme,
        MultiScheme.Scheme,
        PtpScheme.Scheme,
        SwitchScheme.Scheme,
        VdeScheme.Scheme,


        UdpScheme.Scheme,
        VxlanScheme.Scheme,
        VxvdeScheme.Scheme,
        VxvdexScheme.Scheme,
    ];

    public static UvdelScheme? Find(string name) => All.FirstOrDefault(scheme => scheme.Name == name);
}
