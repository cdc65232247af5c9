using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Taps;

namespace Vdeorch.Cli.Plugging;

/// <summary>
/// The child of <see cref="NsRun"/>, on its way to being the command; in a user namespace already where we are not root. On its first thread:
/// 1. a network namespace, and in it the interfaces, down and without an address;
/// 2. their other ends go to the parent;
/// 3. capabilities as of vdens, and the command.
/// </summary>
static class NetworkInside
{
    public const string Word = "__ns";
    public const int MaxMessageBytes = 8192;

    const int SocketNumber = 3;
    const int CannotExecute = 126;
    const int NotFound = 127;

    /// <summary>What <see cref="Run"/> understands.</summary>
    public static ImmutableArray<string> Words(NsLine line, bool isRoot) =>
    [
        line.Networks.Length.ToString(CultureInfo.InvariantCulture),
        line.Prefix,
        line.HostName ?? "",
        isRoot ? "root" : line.Administrates ? "sysadm" : "user",
        .. line.Command,
    ];

    /// <returns>Only when something failed, which the parent has been told.</returns>
    public static int Run(string[] words)
    {
        if (words is not [var count, var prefix, var hostName, var rights, .. { Length: > 0 } command] || !int.TryParse(count, CultureInfo.InvariantCulture, out int interfaces))
        {
            return Engine.Api.ExitCodes.Usage;
        }

        using SeqPacketSocket parent = new(Linux.Streams.InheritedSocket.Take(SocketNumber));
        try
        {
            Prepare(parent, interfaces, prefix, hostName);
            if (rights != "root")
            {
                ThisProcess.KeepNetworkCapabilities(administrates: rights == "sysadm");
            }

            ThisProcess.Become(command);
            return CannotExecute;
        }
        catch (LinuxException refused)
        {
            int exitCode = refused is TunUnusableException ? Engine.Api.ExitCodes.HostCannot : refused.Operation != "execve" ? Engine.Api.ExitCodes.Failed : refused.Errno == Errnos.NoEntry ? NotFound : CannotExecute;
            byte[] message = Encoding.UTF8.GetBytes($"{exitCode} {RefusalWords.Of(refused)}");
            parent.Send(message.AsSpan(0, Math.Min(message.Length, MaxMessageBytes)), []);
            return exitCode;
        }
    }

    static void Prepare(SeqPacketSocket parent, int interfaces, string prefix, string hostName)
    {
        ThisProcess.LeaveNetwork();
        if (hostName.Length > 0)
        {
            ThisProcess.SetHostName(hostName);
        }

        List<Fd> taps = [];
        for (int i = 0; i < interfaces; i++)
        {
            taps.Add(Tap.Open($"{prefix}{i}", persistent: false));
        }

        foreach (Fd[] some in taps.Chunk(SeqPacketSocket.MaxDescriptors))
        {
            parent.Send([1], some);
        }

        taps.ForEach(tap => tap.Dispose());
    }
}
