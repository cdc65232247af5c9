using System.Collections.Immutable;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using Vdeorch.Linux.Streams;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Processes;

/// <summary>A program of the user's whose standard input and output are ours; its standard error is shared. Ends with us, and is reaped.</summary>
/// <remarks>
/// Where we have a terminal it stays in our process group, or it could not ask there for a password, as ssh does; Ctrl-C then reaches both. Elsewhere it leads
/// a session of its own, and is ended with all that it started.
/// </remarks>
public sealed class PipedChild : IDisposable
{
    // One that listens ends when its input does; the rest is asked, then made.
    static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(300);

    readonly ProcessHandle process;
    readonly bool leadsGroup;

    PipedChild(ProcessHandle process, bool leadsGroup) => (this.process, this.leadsGroup) = (process, leadsGroup);

    public int Pid => process.Pid;

    /// <summary>Starts it in our environment, directory and namespaces. It is killed with the calling thread, or with us where that is one of the pool.</summary>
    /// <param name="words">argv; the first is found via PATH.</param>
    /// <param name="reads">What it prints; the caller's.</param>
    /// <param name="writes">What it reads; the caller's, to be closed before this is disposed.</param>
    /// <exception cref="LinuxException">As from <see cref="Spawner.Spawn(SpawnRequest)"/>; nothing is left then.</exception>
    public static PipedChild Start(ImmutableArray<string> words, out StreamEnd reads, out StreamEnd writes)
    {
        (Fd read, Fd childWrites) = Descriptors.Pipe();
        using (childWrites)
        {
            Fd? childReads = null;
            Fd? write = null;
            try
            {
                (childReads, write) = Descriptors.Pipe();
                reads = StreamEnd.Own(read);
                writes = StreamEnd.Own(write);
                bool hasTerminal = HasTerminal();
                int pid = Spawner.Spawn(new SpawnRequest
                {
                    Program = words[0],
                    Arguments = words,
                    Environment = ProcessEnvironment.Own(),
                    WorkingDirectory = Environment.CurrentDirectory,
                    StandardInput = childReads,
                    StandardOutput = childWrites,
                    NewSession = !hasTerminal,
                    EndsWithParent = true,
                });
                return new PipedChild(ProcessHandle.TryOpen(pid)!, leadsGroup: !hasTerminal);
            }
            catch
            {
                read.Dispose();
                write?.Dispose();
                throw;
            }
            finally
            {
                childReads?.Dispose();
            }
        }
    }

    /// <summary>Waits until it has ended, which is seen to.</summary>
    public void Dispose() => End(process, leadsGroup);

    /// <summary>Waits for a child, asks it to go, makes it go; then it is reaped and the handle closed.</summary>
    internal static void End(ProcessHandle process, bool leadsGroup)
    {
        bool hasEnded = process.WaitFor(s_patience) || (Signal(Signals.Term) && process.WaitFor(s_patience));
        if (!hasEnded || leadsGroup)
        {
            // Of a group, what it left behind.
            Signal(Signals.Kill);
        }
        _ = Syscalls.WaitForChild(process.Pid);
        process.Dispose();

        bool Signal(int signal) => leadsGroup ? process.SignalGroup(signal) : process.Signal(signal);
    }

    static bool HasTerminal()
    {
        int terminal = Syscalls.TryOpen("/dev/tty", O_RDWR | O_NOCTTY);
        if (terminal >= 0)
        {
            new Fd(terminal).Dispose();
        }
        return terminal >= 0;
    }
}
