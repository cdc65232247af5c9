namespace Vdeorch.Model.Uvdels.Schemes;

public static class PcapScheme
{
    public static readonly UvdelScheme Scheme = new("pcap", UvdelForm.Raw)
    {
        Summary = "The network an interface is on, beside the interface.",
        Example = "pcap://eth0",
        ArgumentText = "the name of the interface",
        CheckArgument = text => InterfaceNames.Check(text),
    };
}
