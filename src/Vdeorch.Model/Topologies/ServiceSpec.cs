using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Topologies;

/// <summary>Any program, supervised, in its namespace.</summary>
/// <example><code>
/// services:
///   echo: { run: [socat, "TCP-LISTEN:7,fork", "EXEC:cat"], ready: { tcp: 7 }, restart: always }
/// </code></example>
/// <param name="Run">The program and its arguments; no shell reads it.</param>
public sealed record ServiceSpec(string Namespace, string Name, ImmutableArray<string> Run) : IResourceSpec
{
    public ImmutableSortedDictionary<string, string> Env { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public RestartPolicy Restart { get; init; } = RestartPolicy.OnFailure;

    /// <summary>Within those of its namespace.</summary>
    public Limits Limits { get; init; } = Limits.None;

    /// <summary>Null: ready as soon as it runs.</summary>
    public ReadySpec? Ready { get; init; }

    /// <summary>Null: nobody asks.</summary>
    public HealthSpec? Health { get; init; }

    /// <summary>What other services of its namespace have to be before it starts, in order of their names.</summary>
    public ImmutableArray<Dependency> Dependencies { get; init; } = [];

    /// <summary>The interfaces of its namespace: a service starts into a finished network.</summary>
    public ImmutableArray<ResourceId> DependsOn { get; init; } = [];

    /// <summary>All that runs in the namespaces that its own depends on, and the services that it depends on itself.</summary>
    public ImmutableArray<ResourceId> StartsAfter { get; init; } = [];

    public ImmutableArray<ResourceId> PassesTo => Daemon?.PassesTo ?? [];

    /// <summary>What it is beside a service when a network function runs it; null: a program of the file's.</summary>
    public DaemonSpec? Daemon { get; init; }

    public ResourceId Id => IdOf($"{Namespace}/{Name}", Daemon is not null);

    /// <summary>The field that every program has and nothing else of a namespace.</summary>
    internal const string RunPath = "run";

    /// <param name="name"><c>namespace/service</c>; a daemon is called by its kind.</param>
    public static ResourceId IdOf(string name, bool isDaemon) => new(isDaemon ? Kinds.Vnf : Kinds.Service, name);

    public ImmutableArray<Field> Fields =>
    [
        .. Daemon?.Fields ?? [],
        new(Dependency.Path, Dependency.Print(Dependencies), OnChange.Hot),
        .. Env.Select(pair => new Field($"env.{pair.Key}", pair.Value, OnChange.Restart)),
        new(HealthSpec.Path, Health?.ToString() ?? "", OnChange.Hot),
        .. Limits.Fields,
        new("ready", Ready?.ToString() ?? "", OnChange.Hot),
        new("restart", PrintRestart(Restart), OnChange.Hot),
        new(RunPath, PrintRun(Run), OnChange.Restart),
        new("state", "running", OnChange.Restart),
    ];

    public OnChange CostOf(string path) => IsTold(path) || path.StartsWith(Limits.Paths, StringComparison.Ordinal) || Daemon?.Parameters.ContainsKey(path) == true ? OnChange.Hot : OnChange.Restart;

    /// <summary>Fields that no process shows: they are what was asked for last.</summary>
    public static bool IsTold(string path) => path is "ready" or "restart" or HealthSpec.Path or Dependency.Path;

    /// <summary>The shell's quoting, so that equal argument lists and only those print alike.</summary>
    public static string PrintRun(IEnumerable<string> run) => string.Join(' ', run.Select(Quote));

    /// <summary>The reverse of <see cref="PrintRun"/>.</summary>
    public static ImmutableArray<string> ParseRun(string run)
    {
        ImmutableArray<string>.Builder arguments = ImmutableArray.CreateBuilder<string>();
        for (int at = 0; at < run.Length; at++)
        {
            System.Text.StringBuilder argument = new();
            for (bool quoted = false; at < run.Length && (quoted || run[at] != ' '); at++)
            {
                if (run[at] == '\'')
                {
                    quoted = !quoted;
                }
                else
                {
                    // Outside quotes a backslash stands before a quote, and nowhere else.
                    at += !quoted && run[at] == '\\' && at + 1 < run.Length ? 1 : 0;
                    argument.Append(run[at]);
                }
            }

            arguments.Add(argument.ToString());
        }

        return arguments.ToImmutable();
    }

    public static string PrintRestart(RestartPolicy policy) => policy switch
    {
        RestartPolicy.Always => "always",
        RestartPolicy.OnFailure => "on-failure",
        _ => "no",
    };

    static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,@%+".Contains(c, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

public enum RestartPolicy
{
    No,
    OnFailure,
    Always,
}

/// <summary>When a started service counts as ready: exactly one of these.</summary>
/// <param name="Tcp">A port that accepts a connection inside the namespace, on 127.0.0.1 or any of its addresses.</param>
/// <param name="Exec">A command that exits 0 inside the namespace.</param>
public sealed record ReadySpec(int? Tcp, ImmutableArray<string> Exec)
{
    /// <summary>In place of both: an interface that a DHCP server has given an address. Files cannot say it.</summary>
    public string? Lease { get; init; }

    public override string ToString() => Lease is { } link ? $"address of {link}"
        : Tcp is { } port ? string.Create(CultureInfo.InvariantCulture, $"tcp {port}") : $"exec {ServiceSpec.PrintRun(Exec)}";
}
