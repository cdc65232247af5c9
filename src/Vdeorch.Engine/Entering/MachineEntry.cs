using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Machines;

namespace Vdeorch.Engine.Entering;

/// <summary>The serial console of a machine, straight from its QEMU; no engine is needed.</summary>
public static class MachineEntry
{
    /// <summary>Whether there is a machine of that name, or room for one.</summary>
    public static bool IsThere(RunDirectory run, string topology, string machine) => Directory.Exists(run.Machine(topology, machine));

    /// <returns>The connection, which does not block; the caller's.</returns>
    /// <exception cref="EntryException">It has no console, or somebody is at it, or it does not run.</exception>
    public static Fd Open(RunDirectory run, string topology, string machine)
    {
        if (File.Exists(run.ExternalNote(topology, machine)))
        {
            throw new EntryException($"{topology}/{machine} is external: its console is where its QEMU was started");
        }

        MachinePlace place = run.MachinePlace(topology, machine);
        // QEMU talks to one at a time, and has the next one wait without a word.
        if (Qmp.Ask(place.Qmp, "query-chardev") is not { } devices)
        {
            throw new EntryException($"{topology}/{machine} does not run; `vdeorch status {topology}` says why");
        }

        if (!devices.Contains("\"console\"", StringComparison.Ordinal))
        {
            throw new EntryException($"{topology}/{machine} has no console: its file says console: false");
        }

        if (!devices.Contains("\"disconnected:unix:", StringComparison.Ordinal))
        {
            throw new EntryException($"somebody is at the console of {topology}/{machine} already; `vdeorch logs -f {topology}/{machine}/{RunDirectory.ConsoleLogName}` shows what it says");
        }

        Fd socket = UnixSocket.Open(UnixKind.Stream);
        if (UnixSocket.TryConnect(socket, place.Console) is 0)
        {
            return socket;
        }

        socket.Dispose();
        throw new EntryException($"the console of {topology}/{machine} has gone; `vdeorch status {topology}` says why");
    }
}
