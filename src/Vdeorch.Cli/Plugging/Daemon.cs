using Vdeorch.Cli.Terminals;
using Vdeorch.Engine.Api;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Cli.Plugging;

/// <summary>
/// Going into the background: the same command line again in a session of its own, and this process ends once that one is ready.
/// What it says until then, and whether it failed, is passed on; vde_plug returns 0 before it has opened anything.
/// </summary>
static class Daemon
{
    const char Ready = '\0';

    public static int Start(Session session)
    {
        using Fd nothing = Descriptors.OpenNull();
        (Fd hears, Fd says) = Descriptors.Pipe();
        using (hears)
        {
            int pid;
            using (says)
            {
                pid = Spawner.Spawn(new SpawnRequest
                {
                    Program = Environment.ProcessPath!,
                    Arguments = ["vdeorch", session.Arguments[0], "--detached", .. session.Arguments.Skip(1)],
                    Environment = ProcessEnvironment.Own(),
                    WorkingDirectory = Environment.CurrentDirectory,
                    StandardInput = nothing,
                    StandardOutput = nothing,
                    StandardError = says,
                    NewSession = true,
                });
            }

            string said = Descriptors.ReadUntil(hears, Ready);
            session.Terminal.Error.Write(said.TrimEnd(Ready));
            return said.EndsWith(Ready) ? ExitCodes.Ok : ProcessEnvironment.Reap(pid) ?? ExitCodes.Failed;
        }
    }

    /// <summary>In the background process: lets the other one go, and lets go of its directory.</summary>
    public static void Detach()
    {
        Environment.CurrentDirectory = "/";
        using (Stream error = StandardStream.Error())
        {
            error.Write([(byte)Ready]);
        }

        // Nobody hears us from now on.
        StandardStreams.SilenceError();
    }
}
