namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>hub:///run/lab/hub</c>: others plug into it.</summary>
public static class HubScheme
{
    public static readonly UvdelScheme Scheme = NetnodeOptions.Make("hub", "A hub for whoever plugs into its directory.");
}
