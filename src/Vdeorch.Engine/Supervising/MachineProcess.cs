using System.Diagnostics;
using System.Globalization;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Machines;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>
/// How a machine's QEMU is started and ended. Root's opens its images, its sockets and /dev/kvm as root and becomes nobody before the guest's first instruction; a user's is the user, without any
/// capability. It is in no network namespace of the topology: the runtime comes to it.
/// </summary>
internal static class MachineProcess
{
    const string Nobody = "nobody";
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    static readonly TimeSpan s_grace = TimeSpan.FromSeconds(3);
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);
    static readonly Lock s_places = new();

    /// <summary>What has to be there before one is started: asked before another one is ended for it.</summary>
    /// <exception cref="IOException">An image is no file, or may not be read; or it is to be run by KVM, and cannot be.</exception>
    public static void Demand(MachineSpec spec)
    {
        if ((Machines.Complaint(spec) ?? Machines.Lack(spec)) is { } complaint)
        {
            throw new IOException(complaint);
        }
    }

    /// <summary>Returns when QEMU has made all of the machine and answers.</summary>
    /// <exception cref="IOException">It ended instead, with what it said.</exception>
    public static int Start(RunDirectory run, string topology, MachineSpec spec)
    {
        MachinePlace place = run.MachinePlace(topology, spec.Name);
        bool isKvm = spec.Accel == Accelerator.Kvm || (spec.Accel == Accelerator.Auto && Kvm.Complaint is null && KvmTrial.Succeeds(run));
        MakePlace(run, topology, spec.Name);
        string path = run.ServiceLog(topology, spec.Name, RunDirectory.QemuLogName);
        long from = LogFile.Next(path);
        using (Fd console = LogFile.Open(place.ConsoleLog))
        {
            // Made, or moved out of the way, by us: QEMU goes on in it.
        }

        using Fd log = LogFile.Open(path);
        using Fd nothing = Descriptors.OpenNull();
        int pid = Spawner.Spawn(new SpawnRequest
        {
            Program = QemuCommand.Program,
            Arguments = QemuCommand.Of(Machines.AtHome(spec), place, isKvm, run.IsRootless ? null : Nobody),
            Environment =
            [
                "LANG=C.UTF-8",
                $"PATH={Programs.SearchPath}",
                $"{Marks.Owner}={run.Path}",
                $"{Marks.Machine}={topology}/{spec.Name}",
                $"{Marks.MachineAccel}={(isKvm ? "kvm" : MachineObserver.Translated)}",
                $"{Marks.MachineFields}={MachineObserver.Print(spec)}",
            ],
            StandardInput = nothing,
            StandardOutput = log,
            StandardError = log,
            NewSession = true,
            Privileges = run.IsRootless ? Privileges.None : Privileges.Inherit,
            IsEnclosed = true,
        });
        WaitUntilUp(place, pid, () => LogFile.End(path, from));
        return pid;
    }

    /// <summary>Presses its power button, and switches it off when it does not shut down in time.</summary>
    /// <param name="patience">Zero: it is switched off at once.</param>
    public static async Task StopAsync(RunDirectory run, string topology, string machine, ProcessHandle process, TimeSpan patience, TimeProvider clock)
    {
        string socket = run.MachinePlace(topology, machine).Qmp;
        if (patience > TimeSpan.Zero && await Task.Run(() => Qmp.TryTell(socket, Qmp.PowerDown)))
        {
            await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(patience, clock));
        }

        // QEMU writes out what it holds of its disks before it goes.
        if (!process.HasExited && await Task.Run(() => Qmp.TryTell(socket, Qmp.Quit)))
        {
            await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(s_grace, clock));
        }

        if (!process.HasExited)
        {
            process.Signal(Signals.Kill);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Where its sockets will be. One that is there is fine.</summary>
    public static void MakePlace(RunDirectory run, string topology, string machine)
    {
        // What they are all in comes with the first and goes with the last, and machines come and go side by side.
        lock (s_places)
        {
            Directory.CreateDirectory(run.Machine(topology, machine));
        }
    }

    /// <summary>Its sockets. One that is not there is fine.</summary>
    public static void RemovePlace(RunDirectory run, string topology, string machine)
    {
        lock (s_places)
        {
            string place = run.Machine(topology, machine);
            if (Directory.Exists(place))
            {
                Directory.Delete(place, recursive: true);
            }

            if (Directory.Exists(run.Machines) && !Directory.EnumerateFileSystemEntries(run.Machines).Any())
            {
                Directory.Delete(run.Machines);
            }
        }
    }

    static void WaitUntilUp(MachinePlace place, int pid, Func<string> said)
    {
        long began = Stopwatch.GetTimestamp();
        while (!Qmp.Answers(place.Qmp))
        {
            using ProcessHandle? process = ProcessHandle.TryOpen(pid);
            bool isLate = Stopwatch.GetElapsedTime(began) > s_patience;
            if (process is null || process.HasExited || ProcFs.IsZombie(pid) || isLate)
            {
                process?.Signal(Signals.Kill);
                process?.WaitForExitAsync(CancellationToken.None).Wait(s_grace);
                string why = said();
                throw new IOException(isLate ? string.Create(CultureInfo.InvariantCulture, $"QEMU has not made the machine in {s_patience.TotalSeconds:0} s: {why}") : $"QEMU does not take it: {(why.Length > 0 ? why : "it ended without a word")}");
            }

            Thread.Sleep(s_pause);
        }
    }
}
