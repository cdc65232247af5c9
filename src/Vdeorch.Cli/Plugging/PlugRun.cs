using Vdeorch.Engine.Api;
using Vdeorch.Linux;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Cables;

namespace Vdeorch.Cli.Plugging;

/// <summary>
/// A cable, from its first end to its last frame, between START and STOP in the log where one is asked for:
/// 1. both ends are opened, in the order they stand on the line;
/// 2. a pid file is written, whoever started a daemon is let go;
/// 3. frames pass, on the cable's own thread, until an end goes or a signal comes;
/// 4. everything that was made is taken away again.
/// </summary>
/// <remarks>All on the first thread: programs that are started end with it.</remarks>
static class PlugRun
{
    /// <summary>What switches show; "vdeorch user=… pid=…".</summary>
    public const string Description = "vdeorch";

    public static int Run(PlugLine line, Session session)
    {
        if (line.ShellCommand is { } command and not ("vde_plug" or "vdeorch plug"))
        {
            return Refuse(command, session);
        }

        try
        {
            if (line is { IsDaemon: true, IsDetached: false })
            {
                return Daemon.Start(session);
            }

            Join(line, session);
        }
        catch (EndException refused)
        {
            session.Terminal.Say(refused.Message);
            return refused.ExitCode;
        }

        // What was made is gone; whoever waits for us is told how we ended.
        session.Interrupt.DieIfAsked();
        return ExitCodes.Ok;
    }

    /// <summary>What a login shell does when it is not asked to plug.</summary>
    public static int Refuse(string command, Session session)
    {
        ConnectionLog.Write("FAILED");
        session.Terminal.Say($"this is no login shell: it runs 'vdeorch plug' and nothing else, not '{command}'");
        return ConnectionLog.Refused;
    }

    static void Join(PlugLine line, Session session)
    {
        using ConnectionLog? log = line.Logs ? ConnectionLog.Start() : null;
        using Cable cable = new();
        foreach (PlugEnd end in line.Ends)
        {
            Add(cable, end, line, session);
        }

        using PidFile? pidFile = line.PidFile is null ? null : PidFile.Write(line.PidFile);
        if (line.IsDetached)
        {
            Daemon.Detach();
        }

        using (session.Stopping.Register(() => cable.Stop()))
        {
            cable.Ended.Wait(CancellationToken.None);
        }
    }

    static void Add(Cable cable, PlugEnd end, PlugLine line, Session session)
    {
        IPlug plug = EndOpening.Open(end, line.Description ?? Description, session.Terminal);
        if (end.IsStream && (line.LogsAddresses || (line.ShellCommand is not null && ConnectionLog.WantsAddresses)))
        {
            plug = new AddressLogPlug(plug);
        }

        try
        {
            cable.Add(plug);
        }
        catch (LinuxException refused)
        {
            plug.Dispose();
            throw EndException.Of(end, refused);
        }
    }
}
