namespace Vdeorch.Model.Uvdels.Schemes;

public static class MacvtapScheme
{
    public static readonly UvdelScheme Scheme = new("macvtap", UvdelForm.Raw)
    {
        Summary = "A macvtap interface of the kernel, on top of another one.",
        Example = "macvtap://macvtap0",
        ArgumentText = "the name of the interface",
        CheckArgument = text => InterfaceNames.Check(text),
    };
}
