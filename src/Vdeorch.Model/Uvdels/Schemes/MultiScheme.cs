namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>multi:///run/lab/multi</c>: others plug into it.</summary>
public static class MultiScheme
{
    public static readonly UvdelScheme Scheme = NetnodeOptions.Make("multi", "A star: its host sends to all who plug into its directory, and they to the host alone.");
}
