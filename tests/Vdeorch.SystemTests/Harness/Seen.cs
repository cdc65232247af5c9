using System.Text.Json;

namespace Vdeorch.SystemTests.Harness;

/// <summary><c>plan -o json</c>.</summary>
public sealed class Planned(JsonElement report)
{
    public JsonElement Report => report;

    public IReadOnlyList<PlannedStep> Steps { get; } = [.. report.GetProperty("plan").GetProperty("steps").EnumerateArray().Select(step => new PlannedStep(step))];

    public IReadOnlyList<PlannedStep> Changes => [.. Steps.Where(step => step.Action != "keep")];

    /// <summary>The one object that changes.</summary>
    public PlannedStep Only => Changes.Count == 1 ? Changes[0] : throw new Xunit.Sdk.XunitException($"one change was expected, not {Changes.Count}: {string.Join("; ", Changes)}");

    public PlannedStep this[string id] => Steps.SingleOrDefault(step => step.Id == id) ?? throw new Xunit.Sdk.XunitException($"'{id}' is not in the plan: {string.Join("; ", Steps)}");
}

public sealed class PlannedStep(JsonElement step)
{
    public string Id { get; } = Shapes.Id(step);

    public string Action { get; } = step.GetProperty("action").GetString()!.ToLowerInvariant();

    /// <summary>Null for create, delete and keep.</summary>
    public string? Cost { get; } = Shapes.Text(step, "cost")?.ToLowerInvariant();

    public string Reason { get; } = Shapes.Text(step, "reason") ?? "";

    public IReadOnlyDictionary<string, (string? Before, string? After)> Changes { get; } =
        step.GetProperty("changes").EnumerateArray().ToDictionary(change => change.GetProperty("path").GetString()!, change => (Shapes.Text(change, "before"), Shapes.Text(change, "after")));

    public override string ToString() => $"{Action} {Id} ({Cost}, {Reason}) {string.Join(", ", Changes.Select(change => $"{change.Key}: {change.Value.Before} -> {change.Value.After}"))}";
}

/// <summary>One topology of <c>status -o json</c>.</summary>
public sealed class TopologySeen(JsonElement topology)
{
    public JsonElement Json => topology;

    public int Differences => topology.GetProperty("differences").GetInt32();

    public IReadOnlyList<ObjectSeen> Objects { get; } = [.. topology.GetProperty("objects").EnumerateArray().Select(thing => new ObjectSeen(thing))];

    public ObjectSeen this[string id] => Objects.SingleOrDefault(thing => thing.Id == id) ?? throw new Xunit.Sdk.XunitException($"'{id}' is not in the status: {string.Join(", ", Objects.Select(thing => thing.Id))}");

    public JsonElement? Runtime => topology.TryGetProperty("runtime", out JsonElement runtime) ? runtime : null;

    public int RuntimePid => Runtime!.Value.GetProperty("pid").GetInt32();

    public JsonElement Switch(string name) => topology.GetProperty("switches").EnumerateArray().Single(sw => sw.GetProperty("name").GetString() == name);

    public JsonElement Port(string sw, string port) => Switch(sw).GetProperty("ports").EnumerateArray().Single(it => it.GetProperty("name").GetString() == port);

    public IReadOnlyDictionary<string, string> Macs(string sw) =>
        Switch(sw).GetProperty("macs").EnumerateArray().ToDictionary(entry => entry.GetProperty("mac").GetString()!, entry => entry.GetProperty("port").GetString()!);
}

public sealed class ObjectSeen(JsonElement thing)
{
    public string Id { get; } = Shapes.Id(thing);

    public string State { get; } = thing.GetProperty("state").GetString()!;

    public string Health { get; } = thing.GetProperty("health").GetString()!.ToLowerInvariant();

    public string? Reason { get; } = Shapes.Text(thing, "reason");

    public string? HealthSince { get; } = Shapes.Text(thing, "healthSince");

    public int? Pid { get; } = thing.TryGetProperty("pid", out JsonElement pid) && pid.ValueKind == JsonValueKind.Number ? pid.GetInt32() : null;

    public int? Restarts { get; } = thing.TryGetProperty("restarts", out JsonElement restarts) && restarts.ValueKind == JsonValueKind.Number ? restarts.GetInt32() : null;

    public string? this[string field] => Shapes.Text(thing.GetProperty("fields"), field);
}

/// <summary>One interface as <c>ip -j -d addr</c> shows it.</summary>
public sealed class LinkSeen(JsonElement link)
{
    public int Index => link.GetProperty("ifindex").GetInt32();

    public string Mac => link.GetProperty("address").GetString()!;

    public int Mtu => link.GetProperty("mtu").GetInt32();

    public bool IsUp => link.GetProperty("flags").EnumerateArray().Any(flag => flag.GetString() == "UP");

    public bool HasCarrier => link.GetProperty("flags").EnumerateArray().Any(flag => flag.GetString() == "LOWER_UP");

    /// <summary>Without the IPv6 link-local one.</summary>
    public string[] Addresses =>
    [
        .. link.GetProperty("addr_info").EnumerateArray()
            .Where(address => address.GetProperty("scope").GetString() == "global")
            .Select(address => $"{address.GetProperty("local").GetString()}/{address.GetProperty("prefixlen").GetInt32()}")
            .Order(StringComparer.Ordinal),
    ];
}

static class Shapes
{
    public static string Id(JsonElement of) => Name(of.GetProperty("id"));

    /// <summary><c>KIND/NAME</c></summary>
    public static string Name(JsonElement id) => $"{id.GetProperty("kind").GetString()}/{id.GetProperty("name").GetString()}";

    public static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
