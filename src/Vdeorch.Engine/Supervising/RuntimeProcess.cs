using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Supervising;

/// <summary>Starts plug runtimes: this same program, without any privilege, with its two listening sockets as descriptors 3 and 4.</summary>
internal static class RuntimeProcess
{
    // Debian's nobody; inside a user namespace without it the runtime keeps the engine's own id, which has no power outside.
    const uint Nobody = 65534;

    // What a framework-dependent build needs to find its framework.
    static readonly string[] s_inherited = ["PATH", "DOTNET_ROOT", "HOME"];

    /// <returns>Its pid. It answers on its sockets from now on: they listen already.</returns>
    public static int Start(RunDirectory run, string topology)
    {
        Directory.CreateDirectory(run.TopologyDirectory(topology));
        using Fd control = SeqPacketSocket.Listen(run.ControlSocket(topology), 0x180);
        using Fd state = SeqPacketSocket.Listen(run.StateSocket(topology), 0x180);
        using Fd log = LogFile.Open(run.RuntimeLog(topology));
        using Fd nothing = Descriptors.OpenNull();
        return Spawner.Spawn(new SpawnRequest
        {
            Program = Environment.ProcessPath!,
            Arguments = ["vdeorch", "runtime", topology],
            Environment = Variables(run, topology),
            StandardInput = nothing,
            StandardOutput = log,
            StandardError = log,
            Pass = [control, state],
            NewSession = true,
            Privileges = Privileges.None,
            RunAs = Credentials.EffectiveUid == 0 ? (Nobody, Nobody) : null,
        });
    }

    static ImmutableArray<string> Variables(RunDirectory run, string topology)
    {
        List<string> variables = [$"{Marks.Owner}={run.Path}", $"{Marks.Runtime}={topology}"];
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
