namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>ptp:///run/lab/link</c>: a cable between two processes of this host.</summary>
public static class PtpScheme
{
    public static readonly UvdelScheme Scheme = new("ptp", UvdelForm.Raw)
    {
        Summary = "A cable between two processes on this host: both name the same path.",
        Example = "ptp:///run/lab/link",
        ArgumentText = "the path of the socket",
        CheckArgument = path => path.Length == 0 ? "needs a path, which both ends name" : LocalChecks.Path(path),
    };
}
