using System.Runtime.InteropServices;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Cli;

/// <summary>Ctrl-C and its kin as tokens: at the first the verb unwinds and the engine is asked to stop what it does for it; at the second nobody waits for that any more.</summary>
/// <remarks>Not to be disposed when the work is done: one that ends by itself would be killed by a signal that comes before it is gone.</remarks>
sealed class Interrupt : IDisposable
{
    // Registrations end with whoever holds them.
    static Interrupt? s_listening;

    readonly CancellationTokenSource source = new();
    readonly CancellationTokenSource again = new();
    readonly List<PosixSignalRegistration> registrations = [];
    volatile bool leaveToChild;
    volatile int asked;

    public CancellationToken Token => source.Token;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken Again => again.Token;

    /// <summary>Registers for SIGINT, SIGTERM and SIGHUP.</summary>
    public static Interrupt Listen()
    {
        Interrupt interrupt = new();
        foreach (PosixSignal signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            interrupt.registrations.Add(PosixSignalRegistration.Create(signal, interrupt.On));
        }

        s_listening = interrupt;
        return interrupt;
    }

    /// <summary>From now on Ctrl-C and Ctrl-\ are for the program in the foreground, which gets them from the terminal too; we live until it has ended.</summary>
    public void LeaveToChild()
    {
        leaveToChild = true;
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, On));
    }

    /// <summary>Ends the process by the signal that interrupted it, so that whoever waits for it knows; SIGTERM is a wish that has been granted.</summary>
    public void DieIfAsked()
    {
        if (asked is Signals.Int or Signals.Hup)
        {
            Dispose();
            Signals.DieBy(asked);
        }
    }

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        source.Dispose();
        again.Dispose();
    }

    void On(PosixSignalContext context)
    {
        context.Cancel = true;
        asked = context.Signal switch { PosixSignal.SIGINT => Signals.Int, PosixSignal.SIGHUP => Signals.Hup, _ => Signals.Term };
        if (!leaveToChild || context.Signal is PosixSignal.SIGTERM or PosixSignal.SIGHUP)
        {
            (source.IsCancellationRequested ? again : source).Cancel();
        }
    }
}
