using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Engine.Api;

/// <param name="Input">What the files said when the user asked, and the values of variables; the engine reads this and not the files.</param>
/// <param name="Wait">Wait for services to be ready and for all to be healthy, and run the checks.</param>
/// <param name="TimeoutMs">For the whole apply, milliseconds.</param>
/// <param name="Rollback">On failure put back what was; else stop where it failed. Null: as the policy of the file says.</param>
public sealed record ApplyRequest(TopologyInput Input, bool Wait, long TimeoutMs, bool? Rollback)
{
    /// <summary>The part that is to be applied.</summary>
    public Selection Selection { get; init => field = value ?? Selection.Everything; } = Selection.Everything;

    /// <summary>Nobody has read it yet. Where there is a word to say of it, or another file is needed, it is refused with 422, for the verb to read it.</summary>
    public bool IsUnread { get; init; }

    /// <summary>Milliseconds after which it is taken back unless somebody confirms; null: it stays.</summary>
    public long? ConfirmMs { get; init; }

    /// <summary>What somebody has said yes to: anything else is refused. Null: whatever is needed.</summary>
    public Plan? Expected { get; init; }
}

/// <summary>One line (NDJSON) of the answer to apply, destroy and check. Exactly one member is set; the last line has <see cref="End"/>.</summary>
public sealed record ProgressEvent
{
    public Plan? Plan { get; init; }
    public StepProgress? Step { get; init; }
    public CheckResult? Check { get; init; }
    public OperationEnd? End { get; init; }
}

/// <param name="Phase"><c>started</c>, <c>waiting</c>, <c>done</c>, <c>failed</c> or <c>rolled-back</c>.</param>
/// <param name="Detail">For people; null when there is nothing to add.</param>
public sealed record StepProgress(ResourceId Id, PlanAction Action, string Phase, double ElapsedMs, string? Detail);

/// <param name="Passed">Every probe came out as the check expects.</param>
public sealed record CheckResult(string Name, bool Passed, ImmutableArray<ProbeResult> Probes);

/// <param name="Outcome"><c>reply in 0.05 ms</c>, <c>no reply within 5s</c>, <c>connection refused</c> …</param>
public sealed record ProbeResult(string Probe, bool Passed, string Outcome, double? RoundTripMs);

/// <param name="ExitCode">What the verb exits with; <see cref="ExitCodes"/>.</param>
/// <param name="Message">Why it is not 0, or a closing sentence; null when there is nothing to say.</param>
public sealed record OperationEnd(int ExitCode, string? Message);

/// <summary>The whole of <c>vdeorch status</c>.</summary>
/// <param name="Format">Version of this shape.</param>
/// <param name="Engine">Null when no engine runs: what follows was then observed by the asker itself.</param>
public sealed record StatusReport(int Format, EngineStatus? Engine, ImmutableArray<TopologyStatus> Topologies)
{
    public const int CurrentFormat = 1;

    /// <summary>What of it has such labels, and no topology of which nothing has.</summary>
    public StatusReport Where(LabelSelector labels) => labels.IsEverything ? this
        : this with { Topologies = [.. Topologies.Select(topology => topology.Where(labels)).Where(topology => !topology.Objects.IsEmpty)] };
}

/// <param name="Adopted">What this engine found running when it started and took over: <c>runtime/lab</c>, <c>service/lab/alice/echo</c>.</param>
/// <param name="Memory">Proportional set size, KiB.</param>
public sealed record EngineStatus(string Version, int Pid, DateTimeOffset StartedAt, bool IsRoot, string RunDirectory, ImmutableArray<string> Adopted, long Memory);

/// <param name="File">From which it was applied; null when the notes are lost.</param>
/// <param name="Busy">The operation that holds it now; null when none.</param>
/// <param name="Differences">Objects whose live state is not what was applied.</param>
public sealed record TopologyStatus(string Name, string? File, DateTimeOffset? AppliedAt, string? Busy, int Differences, RuntimeStatus? Runtime, ImmutableArray<ObjectStatus> Objects, ImmutableArray<SwitchStatus> Switches)
{
    /// <summary>When it is taken back unless somebody confirms it; null: it stays.</summary>
    public DateTimeOffset? ConfirmBy { get; init; }

    /// <summary>Warnings of the applied file and of the observer, for people.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    internal TopologyStatus Where(LabelSelector labels)
    {
        ImmutableArray<ObjectStatus> objects = [.. Objects.Where(thing => labels.Matches(thing.Labels))];
        return this with
        {
            Objects = objects,
            Differences = objects.Count(thing => !thing.Drift.IsEmpty),
            Switches = [.. Switches.Where(sw => objects.Any(thing => thing.Id == RuntimeNames.Segment(sw.Name)))],
        };
    }
}

/// <param name="Restarts">Since the engine took it over.</param>
/// <param name="Memory">Proportional set size, KiB.</param>
public sealed record RuntimeStatus(int Pid, long UptimeMs, int Workers, int Restarts, bool Adopted, long Memory);

/// <param name="State">One word for the table: <c>up</c>, <c>running</c>, <c>missing</c>, <c>drifted</c>, <c>back-off</c> …</param>
/// <param name="Health">Lower case.</param>
/// <param name="Fields">Live values.</param>
public sealed record ObjectStatus(ResourceId Id, string State, Health Health, string? Reason, ImmutableSortedDictionary<string, string> Fields)
{
    public ImmutableArray<FieldChange> Drift { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Its own, or those of the namespace it belongs to, as they were given last.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init => field = value ?? Model.Topologies.Labels.None; } = Model.Topologies.Labels.None;

    /// <summary>Services only.</summary>
    public int? Pid { get; init; }

    public int? Restarts { get; init; }

    /// <summary>What a DHCP server has given; null: it is none.</summary>
    public ImmutableArray<LeaseStatus>? Leases { get; init; }

    /// <summary>Of what is asked for its health: when that became what it is.</summary>
    public DateTimeOffset? HealthSince { get; init; }
}

/// <summary>An address that a DHCP server of the topology has given.</summary>
/// <param name="Name">What its holder calls itself, or was called by a reservation; null: nothing.</param>
/// <param name="Until">Null: for ever.</param>
public sealed record LeaseStatus(string Address, string Mac, string? Name, DateTimeOffset? Until);

public sealed record SwitchStatus(string Name, ImmutableArray<PortState> Ports, ImmutableArray<MacEntry> Macs)
{
    /// <summary>Where its spanning trees lead; null where it has none. What ports are in them, they say themselves.</summary>
    public ImmutableArray<TreeRoot>? Trees { get; init; }
}

/// <summary>An error that is not about a running operation; the body of every answer outside 2xx.</summary>
public sealed record ApiError(int ExitCode, string Message);

/// <summary>Every line the API and <c>-o json</c> write.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ApplyRequest))]
[JsonSerializable(typeof(ProgressEvent))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(EngineStatus))]
[JsonSerializable(typeof(ApiError))]
public sealed partial class ApiJson : JsonSerializerContext;
