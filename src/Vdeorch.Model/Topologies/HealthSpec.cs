using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>When a namespace or a service is healthy: asked for as long as it is there. Exactly one of probe, port and command.</summary>
/// <example><code>
/// health: { ping: 10.0.0.1, interval: 5s, timeout: 3s, retries: 3, start-period: 10s }
/// </code></example>
public sealed record HealthSpec
{
    /// <summary>What keys and fields are called.</summary>
    public const string Path = "health";

    public const int DefaultRetries = 3;
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(3);
    public static readonly TimeSpan DefaultStartPeriod = TimeSpan.FromSeconds(10);

    /// <summary>From inside the namespace.</summary>
    public Probe? Probe { get; init; }

    /// <summary>A port of the namespace itself: 127.0.0.1 or any of its addresses.</summary>
    public int? Port { get; init; }

    /// <summary>A command that exits with 0 inside the namespace.</summary>
    public ImmutableArray<string> Exec { get; init; } = [];

    /// <summary>An interface that a DHCP server has given an address; only of what is ready, not of what is healthy.</summary>
    public string? Lease { get; init; }

    /// <summary>From the end of one try to the next.</summary>
    public TimeSpan Interval { get; init; } = DefaultInterval;

    /// <summary>Of one try.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>So many tries in a row fail before it is unhealthy.</summary>
    public int Retries { get; init; } = DefaultRetries;

    /// <summary>How long after its start no failure counts, until a try succeeds.</summary>
    public TimeSpan StartPeriod { get; init; } = DefaultStartPeriod;

    /// <summary>What is asked: <c>ping 10.0.0.1</c>.</summary>
    public string What => Probe is { } probe ? $"{probe.What}{(probe.Statuses.IsEmpty ? "" : $" status {string.Join(' ', probe.Statuses)}")}"
        : Lease is { } link ? $"address of {link}"
        : Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"tcp {port}")
        : $"exec {ServiceSpec.PrintRun(Exec)}";

    /// <summary>All of it: equal ones, and only those, print alike.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{What}, every {Durations.Print(Interval)}, timeout {Durations.Print(Timeout)}, {Retries} retries, start period {Durations.Print(StartPeriod)}");
}
