namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>switch:///run/lab/switch</c>: others plug into it.</summary>
public static class SwitchScheme
{
    public static readonly UvdelScheme Scheme = NetnodeOptions.Make("switch", "A switch, with VLANs kept apart, for whoever plugs into its directory.");
}
