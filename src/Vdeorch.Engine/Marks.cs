using Vdeorch.Engine.Hosting;

namespace Vdeorch.Engine;

/// <summary>
/// How what vdeorch made is told from what it did not make: marks in the kernel objects and processes themselves, so that
/// losing every file on disk loses nothing. Each names the run directory, so that two engines never touch each other's.
/// </summary>
internal static class Marks
{
    const string MadePrefix = "vdeorch:";
    const string AdoptedPrefix = "vdeorch-adopted:";

    /// <summary>In engine, runtime and whatever else lives in the anchor's namespaces by our doing: the run directory.</summary>
    public const string Anchor = Linux.Namespaces.Anchor.Mark;

    /// <summary>In runtimes and services: the run directory.</summary>
    public const string Owner = "VDEORCH_OWNER";

    /// <summary>In a runtime: its topology.</summary>
    public const string Runtime = "VDEORCH_RUNTIME";

    /// <summary>In a service: <c>topology/namespace/service</c>.</summary>
    public const string Service = "VDEORCH_SERVICE";

    /// <summary>In a service that is the daemon of a network function: not empty.</summary>
    public const string Daemon = "VDEORCH_DAEMON";

    /// <summary>In a service: its command as the plan prints it. /proc/PID/cmdline is what a shebang or the program itself made of it.</summary>
    public const string ServiceRun = "VDEORCH_SERVICE_RUN";

    /// <summary>In a service: the names of the variables the file gave it, joined by commas.</summary>
    public const string ServiceEnv = "VDEORCH_SERVICE_ENV";

    /// <summary>In a machine's QEMU: <c>topology/machine</c>.</summary>
    public const string Machine = "VDEORCH_MACHINE";

    /// <summary>In a machine's QEMU: what runs the guest, <c>kvm</c> or <c>tcg</c>.</summary>
    public const string MachineAccel = "VDEORCH_MACHINE_ACCEL";

    /// <summary>In a machine's QEMU: what it was made of, a field in each line, path and value with an equals sign between.</summary>
    public const string MachineFields = "VDEORCH_MACHINE_FIELDS";

    /// <summary>The protocol of our routes and rules; free in iproute2's rt_protos.</summary>
    public const byte RouteProtocol = 117;

    /// <summary>Alias of <c>lo</c> in a namespace of ours.</summary>
    public static string Namespace(RunDirectory run, string topology, string ns) => $"{MadePrefix}{run.Path}:{topology}/{ns}";

    /// <summary>Alias of <c>lo</c> in a namespace that somebody else made and that was taken into a topology: it is let go of, never taken down.</summary>
    public static string Adopted(RunDirectory run, string topology, string ns) => $"{AdoptedPrefix}{run.Path}:{topology}/{ns}";

    /// <summary>Whether an alias of <c>lo</c> says that its namespace is that one, made or adopted.</summary>
    public static bool IsNamespace(string? alias, RunDirectory run, string topology, string ns) => alias == Namespace(run, topology, ns) || alias == Adopted(run, topology, ns);

    /// <returns>Which namespace of which run directory an alias of <c>lo</c> says it is, for people; null: of none.</returns>
    public static string? OwnerOf(string? alias)
    {
        string? owner = alias is null ? null : alias.StartsWith(AdoptedPrefix, StringComparison.Ordinal) ? alias[AdoptedPrefix.Length..] : alias.StartsWith(MadePrefix, StringComparison.Ordinal) ? alias[MadePrefix.Length..] : null;
        return owner?.LastIndexOf(':') is > 0 and var at ? $"'{owner[(at + 1)..]}' of the vdeorch in '{owner[..at]}'" : null;
    }

    /// <summary>Alias of an interface that a network function has made: it is that one's to look at, and to take away.</summary>
    /// <param name="vnf"><c>namespace/kind</c>.</param>
    public static string Link(RunDirectory run, string topology, string vnf, string name) => $"{Namespace(run, topology, vnf)}#{name}";

    /// <returns>The kind of the function in that namespace that has made an interface; null: none has.</returns>
    public static string? MakerOf(string alias, RunDirectory run, string topology, string ns, string name)
    {
        string prefix = $"{Namespace(run, topology, ns)}/";
        string suffix = $"#{name}";
        return alias.Length > prefix.Length + suffix.Length && alias.StartsWith(prefix, StringComparison.Ordinal) && alias.EndsWith(suffix, StringComparison.Ordinal) ? alias[prefix.Length..^suffix.Length] : null;
    }

    /// <summary>Alias of an interface of ours.</summary>
    public static string Interface(RunDirectory run, string topology, string ns, string name) => $"{Namespace(run, topology, ns)}/{name}";
}
