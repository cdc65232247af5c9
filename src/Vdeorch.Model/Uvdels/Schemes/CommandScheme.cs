namespace Vdeorch.Model.Uvdels.Schemes;

public static class CommandScheme
{
    public static readonly UvdelScheme Scheme = new("cmd", UvdelForm.Raw)
    {
        Summary = "A program that speaks the stream framing on its standard input and output.",
        Example = "cmd://ssh host vdeorch plug",
        ArgumentText = "the command line",
    };
}
