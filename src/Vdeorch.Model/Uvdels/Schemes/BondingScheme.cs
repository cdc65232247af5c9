namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>bonding:///run/lab/bonding</c>: others plug into it.</summary>
public static class BondingScheme
{
    public static readonly UvdelScheme Scheme = NetnodeOptions.Make("bonding", "A bundle of links: its host sends each frame to one of those who plug into its directory, in turn.");
}
