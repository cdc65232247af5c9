using System.Globalization;
using System.Text;
using Vdeorch.Engine.Api;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Processes;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Cables;
using Vdeorch.Plugs.Taps;

namespace Vdeorch.Cli.Plugging;

/// <summary>
/// A command in a network namespace whose interfaces are plugged into networks out here:
/// 1. the plugs are opened, where we are;
/// 2. a child of ours goes where the command will be, makes the interfaces, hands them over, and becomes the command: <see cref="NetworkInside"/>;
/// 3. a cable joins each interface to its plug until the command has ended.
/// </summary>
static class NsRun
{
    const string ResolverPath = "/etc/resolv.conf";

    public static int Run(NsLine line, Session session)
    {
        List<IPlug> plugs = [];
        List<Cable> cables = [];
        try
        {
            plugs.AddRange(line.Networks.Select(network => EndOpening.Open(network, "vdeorch ns", session.Terminal)));
            return Run(line, session, plugs, cables);
        }
        catch (EndException refused)
        {
            session.Terminal.Say(refused.Message);
            return refused.ExitCode;
        }
        finally
        {
            cables.ForEach(cable => cable.Dispose());
            plugs.ForEach(plug => plug.Dispose());
        }
    }

    static int Run(NsLine line, Session session, List<IPlug> plugs, List<Cable> cables)
    {
        session.Terminal.Flush();
        (Fd near, Fd theirs) = SeqPacketSocket.BlockingPair();
        using (SeqPacketSocket ours = new(near))
        {
            session.Interrupt.LeaveToChild();
            using ProcessHandle command = ProcessHandle.TryOpen(Start(line, theirs))!;
            using CancellationTokenRegistration stop = session.Stopping.Register(() => command.Signal(Signals.Term));
            if (Join(line, session, ours, plugs, cables) is { } failed)
            {
                ours.Dispose();
                _ = ProcessEnvironment.Reap(command.Pid);
                return failed;
            }

            return ProcessEnvironment.Reap(command.Pid) ?? ExitCodes.Failed;
        }
    }

    static int Start(NsLine line, Fd socket)
    {
        using (socket)
        {
            bool isRoot = Credentials.CanAdministrateNetwork;
            string? resolver = ResolverFile(line);
            SpawnRequest request = new()
            {
                Program = Environment.ProcessPath!,
                Arguments = ["vdeorch", NetworkInside.Word, .. NetworkInside.Words(line, isRoot)],
                Environment = ProcessEnvironment.Own(),
                WorkingDirectory = Environment.CurrentDirectory,
                Binds = resolver is null ? [] : [new BindMount(resolver, ResolverPath)],
                Pass = [socket],
                Privileges = isRoot ? Privileges.Inherit : Privileges.AmbientAll,
            };
            try
            {
                return isRoot ? Spawner.Spawn(request) : OwnUserNamespace.Spawn(request);
            }
            finally
            {
                if (resolver is not null && !line.NameServers.IsEmpty)
                {
                    // The mount holds it.
                    File.Delete(resolver);
                }
            }
        }
    }

    static string? ResolverFile(NsLine line)
    {
        if (line.NameServers.IsEmpty)
        {
            return line.Resolver is null ? null : Path.GetFullPath(line.Resolver);
        }

        string path = Path.GetTempFileName();
        File.WriteAllLines(path, line.NameServers.Select(server => $"nameserver {server}"));
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        return path;
    }

    /// <summary>Joins the interfaces that come to the plugs, and waits until the child has become the command.</summary>
    /// <returns>What to exit with when it has not; null when it has.</returns>
    static int? Join(NsLine line, Session session, SeqPacketSocket child, List<IPlug> plugs, List<Cable> cables)
    {
        byte[] message = new byte[NetworkInside.MaxMessageBytes];
        bool isJoined = plugs.Count == 0;
        while (true)
        {
            List<Fd> taps = [];
            int bytes = child.Receive(message, taps);
            if (bytes == 0)
            {
                return isJoined ? null : ExitCodes.Failed;
            }

            if (taps.Count == 0)
            {
                string[] refusal = Encoding.UTF8.GetString(message, 0, bytes).Split(' ', 2);
                session.Terminal.Say(refusal[1]);
                return int.Parse(refusal[0], CultureInfo.InvariantCulture);
            }

            while (taps.Count > 0)
            {
                cables.Add(Connect(line, session, plugs, taps));
            }

            isJoined = plugs.Count == 0;
        }
    }

    static Cable Connect(NsLine line, Session session, List<IPlug> plugs, List<Fd> taps)
    {
        Cable cable = new();
        string name = line.Networks[^plugs.Count].Subject;
        cable.Add(new TapPlug(taps[0]));
        taps.RemoveAt(0);
        cable.Add(plugs[0]);
        plugs.RemoveAt(0);
        // The command goes on: its other networks, and its files, are still there.
        _ = cable.Ended.ContinueWith(
            ended => session.Terminal.Say($"{name}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(ended.Result)}; nothing comes from this network any more"),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return cable;
    }
}
