using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Engine.Enforcing;

/// <summary>The program nft, which takes a file as one transaction.</summary>
static class Nft
{
    static readonly Tool s_tool = new(VnfProgram.Nft, "packet filters are");

    public static string Tool => s_tool.Name;

    public static string Package => s_tool.Package;

    /// <inheritdoc cref="Enforcing.Tool.RunAsync"/>
    /// <exception cref="LinuxException">It is missing, or refused; then nothing has changed.</exception>
    public static Task<string> RunAsync(string subject, Fd? net, string[] arguments, string input, CancellationToken ct) => s_tool.RunAsync(subject, net, arguments, input, ct);
}
