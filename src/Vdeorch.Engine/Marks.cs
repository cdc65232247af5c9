using Vdeorch.Engine.Hosting;

namespace Vdeorch.Engine;

/// <summary>
/// How what vdeorch made is told from what it did not make: marks in the kernel objects and processes themselves, so that
/// losing every file on disk loses nothing. Each names the run directory, so that two engines never touch each other's.
/// </summary>
internal static class Marks
{
    /// <summary>In engine, runtime and whatever else lives in the anchor's namespaces by our doing: the run directory.</summary>
    public const string Anchor = Linux.Namespaces.Anchor.Mark;

    /// <summary>In runtimes and services: the run directory.</summary>
    public const string Owner = "VDEORCH_OWNER";

    /// <summary>In a runtime: its topology.</summary>
    public const string Runtime = "VDEORCH_RUNTIME";

    /// <summary>In a service: <c>topology/namespace/service</c>.</summary>
    public const string Service = "VDEORCH_SERVICE";

    /// <summary>In a service: its command as the plan prints it. /proc/PID/cmdline is what a shebang or the program itself made of it.</summary>
    public const string ServiceRun = "VDEORCH_SERVICE_RUN";

    /// <summary>In a service: the names of the variables the file gave it, joined by commas.</summary>
    public const string ServiceEnv = "VDEORCH_SERVICE_ENV";

    /// <summary>The protocol of our routes and rules; free in iproute2's rt_protos.</summary>
    public const byte RouteProtocol = 117;

    /// <summary>Alias of <c>lo</c> in a namespace of ours.</summary>
    public static string Namespace(RunDirectory run, string topology, string ns) => $"vdeorch:{run.Path}:{topology}/{ns}";

    /// <summary>Alias of an interface of ours.</summary>
    public static string Interface(RunDirectory run, string topology, string ns, string name) => $"{Namespace(run, topology, ns)}/{name}";
}
