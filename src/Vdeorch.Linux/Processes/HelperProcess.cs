using System.Collections.Immutable;
using Vdeorch.Linux.Io;

namespace Vdeorch.Linux.Processes;

/// <summary>A process of our own kind, joined to us by one socket, its descriptor 3. Ends with us, and is reaped; its standard error is ours.</summary>
public sealed class HelperProcess : IDisposable
{
    readonly ProcessHandle process;

    HelperProcess(ProcessHandle process) => this.process = process;

    /// <param name="program">Absolute.</param>
    /// <param name="words">argv.</param>
    /// <param name="socket">The caller's; packets, non-blocking. To be closed before this is disposed: that is how the other one is told.</param>
    public static HelperProcess Start(string program, ImmutableArray<string> words, out Fd socket)
    {
        (socket, Fd theirs) = SeqPacketSocket.BlockingPair();
        using (theirs)
        using (Fd nothing = Descriptors.OpenNull())
        {
            try
            {
                int pid = Spawner.Spawn(new SpawnRequest
                {
                    Program = program,
                    Arguments = words,
                    Environment = ProcessEnvironment.Own(),
                    WorkingDirectory = Environment.CurrentDirectory,
                    StandardInput = nothing,
                    StandardOutput = nothing,
                    Pass = [theirs],
                    EndsWithParent = true,
                });
                return new HelperProcess(ProcessHandle.TryOpen(pid)!);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    public void Dispose() => PipedChild.End(process, leadsGroup: false);
}
