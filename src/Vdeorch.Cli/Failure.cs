using Vdeorch.Cli.Plugging;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Entering;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Linux;
using Vdeorch.Linux.Taps;

namespace Vdeorch.Cli;

/// <summary>What the process boundary makes of an exception: one sentence for people and an exit code.</summary>
static class Failure
{
    public static int Report(Exception exception, Session session)
    {
        if (exception is OperationCanceledException)
        {
            // Who interrupts knows; only the "^C" that the terminal shows gets its line.
            session.Terminal.Error.Write(session.Terminal.ErrorIsTerminal ? "\n" : "");
            return ExitCodes.Interrupted;
        }

        (int exitCode, string message) = exception switch
        {
            EngineException refusal => (refusal.ExitCode, refusal.Message),
            TunUnusableException cannot => (ExitCodes.HostCannot, cannot.Message),
            HostCannotException cannot => (ExitCodes.HostCannot, $"{cannot.Message}\n'vdeorch doctor' says what this host lacks and how to put it right"),
            LinuxException refused => (ExitCodes.Failed, RefusalWords.Of(refused)),
            EntryException or ObservationException or Inputs.SavedPlanException or IOException or UnauthorizedAccessException => (ExitCodes.Failed, exception.Message),
            // We are wrong, not the user: the whole of it, so that it can be reported.
            _ => (ExitCodes.Failed, $"internal error, please report it: {exception}"),
        };

        session.Terminal.Say(message);
        return exitCode;
    }
}
