namespace Vdeorch.Model.Uvdels.Schemes;

public static class SeqPacketScheme
{
    public static readonly UvdelScheme Scheme = new("seqpacket", UvdelForm.Raw)
    {
        Summary = "A connection of packets that the program was started with.",
        Example = "seqpacket://5",
        ArgumentText = "the number of an inherited descriptor",
        CheckArgument = text => UvdelValues.IsWhole(text, out uint number) && number <= int.MaxValue ? null : $"'{text}' is not the number of a descriptor",
    };
}
