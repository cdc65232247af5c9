namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>qemu:///run/lab/vm.sock</c>: the card of a virtual machine whose QEMU listens there.</summary>
public static class QemuScheme
{
    public static readonly UvdelScheme Scheme = new("qemu", UvdelForm.Raw)
    {
        Summary = "The card of a virtual machine, whose QEMU listens at a socket of this host.",
        Example = "qemu:///run/lab/vm.sock",
        ArgumentText = "the path of the socket",
        CheckArgument = path => path.Length == 0 ? "needs the path at which QEMU listens" : LocalChecks.Path(path),
    };
}
