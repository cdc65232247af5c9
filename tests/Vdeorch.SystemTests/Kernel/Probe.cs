using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Linux.Processes;

namespace Vdeorch.SystemTests.Kernel;

/// <summary>This assembly run again as somebody else, to use the library from there: started with a step in its environment it takes that step and ends.</summary>
internal static class Probe
{
    public const string Step = "VDEORCH_PROBE";
    public const string Place = "VDEORCH_PROBE_PLACE";

    public static string Program => Path.Combine(AppContext.BaseDirectory, "Vdeorch.SystemTests");

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Before the test runner's own Main, which is generated, nothing else of ours runs.")]
    internal static void TakeStep()
    {
        if (Environment.GetEnvironmentVariable(Step) is { } step)
        {
            int exit;
            try
            {
                exit = Take(step, Environment.GetEnvironmentVariable(Place)!);
            }
            catch (LinuxException refused)
            {
                Console.WriteLine(refused.Message);
                exit = 7;
            }

            Environment.Exit(exit);
        }
    }

    static int Take(string step, string place)
    {
        switch (step)
        {
            case "anchor":
                int anchor = Anchor.Start(place);
                Console.WriteLine($"anchor {anchor} subordinate {Anchor.UsesSubordinateIds(anchor)}");
                return 0;

            case "shell":
                return Inside(place, Ran.Shell(Environment.GetEnvironmentVariable("SCRIPT")!));

            case "inside":
                return Inside(place, new SpawnRequest
                {
                    Program = Environment.ProcessPath!,
                    Arguments = ["probe"],
                    Environment = [$"{Step}=networks", $"{Place}={place}", $"DOTNET_ROOT={Environment.GetEnvironmentVariable("DOTNET_ROOT")}"],
                });

            case "networks":
                MakeNetworks(Path.Combine(place, "netns"));
                return 0;

            default:
                return 64;
        }
    }

    /// <summary>As every later process of a rootless engine starts: joined to the anchor by someone without privilege.</summary>
    static int Inside(string place, SpawnRequest request)
    {
        int anchor = ProcFs.Pids().Single(pid => ProcFs.EnvironmentContains(pid, System.Text.Encoding.UTF8.GetBytes($"VDEORCH_ANCHOR={place}")) && ProcFs.CommandLine(pid) is ["vdeorch-anchor", ..]);
        using Fd user = ProcFs.OpenNamespace(anchor, "user")!;
        using Fd mount = ProcFs.OpenNamespace(anchor, "mnt")!;
        int pid = Spawner.Spawn(request with { JoinUser = user, JoinMount = mount, Privileges = Privileges.AmbientAll });
        using ProcessHandle process = ProcessHandle.TryOpen(pid)!;
        return process.WaitForExitAsync(default).GetAwaiter().GetResult() ?? 255;
    }

    static void MakeNetworks(string pins)
    {
        Console.WriteLine($"may administrate {Credentials.CanAdministrateNetwork}");
        Pins.PrepareDirectory(pins, tmpfs: true);
        Pins.PrepareDirectory(pins, tmpfs: true);
        using NamespaceThread thread = new("probe");
        NamespaceIdentity own = ProcFs.Namespace(Environment.ProcessId, "net")!.Value;
        using NetNamespace made = thread.Create(Path.Combine(pins, "lab.a"));
        thread.Run(made, () =>
        {
            using RouteWriter writer = RouteWriter.Open();
            writer.SetLink(1, new LinkChange { Up = true, Mtu = 4000, Alias = "vdeorch:lab/a" });
            writer.AddAddress(1, IPAddress.Parse("10.0.0.1"), 24);
            using RouteReader reader = RouteReader.Open();
            Console.WriteLine($"in the namespace {reader.Links().Single()}".Replace(", RxPackets", "\nRxPackets", StringComparison.Ordinal));
            return 0;
        });

        NamespaceIdentity Here()
        {
            using NetNamespace here = NetNamespace.Open("/proc/thread-self/ns/net");
            return here.Identity;
        }

        Console.WriteLine($"home again {thread.Run(null, Here) == own}, away {thread.Run(made, Here) == made.Identity}, home {thread.Run(null, Here) == own}");
        int held = Directory.GetDirectories("/proc/self/task").Count(task =>
        {
            using NetNamespace? ns = NetNamespace.TryOpen($"{task}/ns/net");
            return ns?.Identity == made.Identity;
        });
        Console.WriteLine($"pins {string.Join(',', Pins.List(pins))} held by {held} threads");
        Pins.Remove(Path.Combine(pins, "lab.a"));
        Console.WriteLine($"left {Pins.List(pins).Length}");
    }
}
