namespace Vdeorch.Model.Uvdels.Schemes;

public static class TapScheme
{
    public static readonly UvdelScheme Scheme = new("tap", UvdelForm.Raw)
    {
        Summary = "An interface of the kernel, made for it.",
        Example = "tap://vde0",
        ArgumentText = "the name of the interface",
        ArgumentDefault = "tap%d",
        CheckArgument = text => InterfaceNames.Check(text),
    };
}
