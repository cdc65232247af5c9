using System.Runtime.InteropServices;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Capturing;
using Vdeorch.Plugs.Management;
using Vdeorch.Plugs.Public;
using Vdeorch.Plugs.Spanning;

namespace Vdeorch.Plugs.Runtime;

/// <summary>
/// The process that moves a topology's frames. Unless it opens locators it needs no privilege and no file: all it has comes over its sockets.
/// </summary>
public static class RuntimeHost
{
    /// <summary>More threads than this have found no work to share.</summary>

    /// <summary>Serves until asked to stop, or SIGTERM. Logs to stderr.</summary>
    /// <param name="control">Listening, SOCK_SEQPACKET; owned from now on, as <paramref name="state"/> is.</param>
    /// <param name="state">The same, but only <see cref="RuntimeRequest.GetState"/>, <see cref="RuntimeRequest.GetMacs"/>, <see cref="RuntimeRequest.GetTrees"/> and <see cref="RuntimeRequest.Capture"/> are answered: what only looks.</param>
    /// <param name="opensLocators">Whether it may be told to open plugs of the host, as the user it runs as.</param>
    /// <returns>The process's exit code.</returns>
    public static int Run(string topology, bool opensLocators, Fd control, Fd state)
    {
        long started = Environment.TickCount64;
        long limit = DescriptorLimit.Raise();
        using EventFd wake = new();
        bool stopping = false;
        using PosixSignalRegistration termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            Volatile.Write(ref stopping, true);
            wake.Raise();
        });

        using (control)
        using (state)
        using (DataPlane plane = new(DataPlane.WorkersHere, _ => wake.Raise()))
        {
            FaultLog faults = new();
            using PlugKeeper plugs = new(plane, opensLocators, wake.Raise);
            using PublicSwitches publics = new(plane, opensLocators);
            using SpanningTrees trees = new(plane);
            using Consoles consoles = new(plane, publics, settings => plane.SetSwitch(settings) ?? publics.Set(settings), trees.StateOf, opensLocators);
            using Captures captures = new(plane);
            using ControlServer server = new(control, state, wake, OnWake, [publics, consoles, captures, trees], new RequestHandler(topology, plane, plugs, publics, consoles, captures, trees, started));
            Console.Error.WriteLine($"runtime of '{topology}' started: {plane.Workers} workers, {limit} descriptors at most");
            server.Run();

            bool OnWake()
            {
                plugs.Attend();
                faults.Report(plane.Ports);
                return !Volatile.Read(ref stopping);
            }
        }
        Console.Error.WriteLine($"runtime of '{topology}' stopped");
        return 0;
    }

    /// <summary>Says each fault once.</summary>
    sealed class FaultLog
    {
        readonly HashSet<string> reported = [];

        public void Report(IEnumerable<PortState> ports)
        {
            List<PortState> faulty = [.. ports.Where(port => port.Fault is not null)];
            reported.IntersectWith(faulty.Select(port => port.Name));
            foreach (PortState port in faulty.Where(port => reported.Add(port.Name)))
            {
                Console.Error.WriteLine($"port '{port.Name}' is {port.Fault}");
            }
        }
    }
}
