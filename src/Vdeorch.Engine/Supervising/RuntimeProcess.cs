using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Supervising;

/// <summary>
/// Starts plug runtimes: this same program, with its two listening sockets as descriptors 3 and 4. One that only moves frames has no privilege;
/// one that opens locators is the user the engine is, as vde_plug would be.
/// </summary>
internal static class RuntimeProcess
{
    // Debian's nobody.
    const uint Nobody = 65534;

    // What a framework-dependent build needs to find its framework.
    static readonly string[] s_inherited = ["PATH", "DOTNET_ROOT", "HOME"];

    /// <returns>Its pid. It answers on its sockets from now on: they listen already.</returns>
    public static int Start(RunDirectory run, string topology, bool opensLocators)
    {
        Directory.CreateDirectory(run.TopologyDirectory(topology));
        using Fd control = SeqPacketSocket.Listen(run.ControlSocket(topology), 0x180);
        using Fd state = SeqPacketSocket.Listen(run.StateSocket(topology), 0x180);
        using Fd log = LogFile.Open(run.RuntimeLog(topology));
        using Fd nothing = Descriptors.OpenNull();
        (string program, (uint, uint)? runAs) = opensLocators ? (Environment.ProcessPath!, null) : Choose();
        return Spawner.Spawn(new SpawnRequest
        {
            Program = program,
            Arguments = opensLocators ? ["vdeorch", "runtime", topology, "locators"] : ["vdeorch", "runtime", topology],
            Environment = Variables(run, topology),
            StandardInput = nothing,
            StandardOutput = log,
            StandardError = log,
            Pass = [control, state],
            NewSession = true,
            Privileges = opensLocators ? Privileges.Inherit : Privileges.None,
            RunAs = runAs,
        });
    }

    // Root's runtime becomes nobody, who may be unable to walk to the program (a clone below /root, say). A native binary needs
    // no walk: it is here already. Any other needs its files beside it, and stays the user it is, without any capability.
    static (string Program, (uint, uint)? RunAs) Choose()
    {
        string program = Environment.ProcessPath!;
        if (Credentials.EffectiveUid != 0)
        {
            return (program, null);
        }

        if (IsOpenToAll(program))
        {
            return (program, (Nobody, Nobody));
        }

        return !RuntimeFeature.IsDynamicCodeSupported && MayExecute(program) ? ("/proc/self/exe", (Nobody, Nobody)) : (program, null);
    }

    static bool IsOpenToAll(string program)
    {
        for (string? path = program; path is not null; path = Path.GetDirectoryName(path))
        {
            if (!MayExecute(path))
            {
                return false;
            }
        }

        return true;
    }

    static bool MayExecute(string path) => File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherExecute);

    static ImmutableArray<string> Variables(RunDirectory run, string topology)
    {
        // No debugger's pipes in /tmp, which nobody would remove.
        List<string> variables = [$"{Marks.Owner}={run.Path}", $"{Marks.Runtime}={topology}", "DOTNET_EnableDiagnostics=0"];
        if (run.IsRootless)
        {
            variables.Add($"{Marks.Anchor}={run.Path}");
        }

        variables.AddRange(s_inherited
            .Where(name => Environment.GetEnvironmentVariable(name) is not null)
            .Select(name => $"{name}={Environment.GetEnvironmentVariable(name)}"));
        return [.. variables];
    }
}
