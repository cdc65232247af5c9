using Vdeorch.Engine.Hosting;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Machines;

namespace Vdeorch.Engine.Supervising;

/// <summary>
/// Whether a guest runs by KVM here. That /dev/kvm opens says little: inside some virtual machines it does, and no guest gets beyond its firmware. So one is tried, once an engine: its disk is
/// one sector, whose program says by a port that it has run.
/// </summary>
internal static class KvmTrial
{
    const int SectorBytes = 512;
    const int Port = 0x501;

    // QEMU's isa-debug-exit gives back twice what is written, and one.
    const byte Said = 1;
    const int GoodExit = 3;

    // By hardware it takes a fifth of a second.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    static readonly Lock s_turn = new();
    static bool? s_succeeds;

    /// <summary>The first time this takes up to five seconds, where KVM does not work.</summary>
    public static bool Succeeds(RunDirectory run)
    {
        lock (s_turn)
        {
            return s_succeeds ??= Try(run);
        }
    }

    static bool Try(RunDirectory run)
    {
        string disk = $"{run.Path}/kvm-trial";
        File.WriteAllBytes(disk, Sector());
        try
        {
            using Fd nothing = Descriptors.OpenNull();
            int pid = Spawner.Spawn(new SpawnRequest
            {
                Program = QemuCommand.Program,
                Arguments = [.. QemuCommand.Trial(disk, Port)],
                Environment = ["LANG=C.UTF-8", $"PATH={Programs.SearchPath}"],
                StandardInput = nothing,
                StandardOutput = nothing,
                StandardError = nothing,
                NewSession = true,
                Privileges = run.IsRootless ? Privileges.None : Privileges.Inherit,
            });
            using ProcessHandle process = ProcessHandle.TryOpen(pid)!;
            Task<int?> end = process.WaitForExitAsync(CancellationToken.None);
            if (!end.Wait(s_patience))
            {
                process.Signal(Signals.Kill);
                end.Wait();
                return false;
            }

            return end.Result == GoodExit;
        }
        catch (LinuxException)
        {
            return false;
        }
        finally
        {
            File.Delete(disk);
        }
    }

    // mov dx, Port; mov al, Said; out dx, al; hlt; and back to the hlt.
    static byte[] Sector()
    {
        byte[] sector = new byte[SectorBytes];
        ReadOnlySpan<byte> program = [0xBA, Port & 0xFF, Port >> 8, 0xB0, Said, 0xEE, 0xF4, 0xEB, 0xFD];
        program.CopyTo(sector);
        (sector[^2], sector[^1]) = (0x55, 0xAA);
        return sector;
    }
}
