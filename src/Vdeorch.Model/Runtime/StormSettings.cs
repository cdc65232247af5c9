using System.Text.Json.Serialization;

namespace Vdeorch.Model.Runtime;

/// <summary>
/// How many frames of a kind each port of a switch may bring in a second; null: as many as come. What is known to be behind one port alone is not limited.
/// </summary>
/// <param name="Unknown">To one address that was not heard yet; in a hub, to any one address.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record StormSettings(int? Broadcast, int? Multicast, int? Unknown)
{
    public const int Most = 1_000_000_000;

    /// <summary>Whether each limit is one.</summary>
    [JsonIgnore]
    public bool IsValid => Broadcast is null or (>= 1 and <= Most) && Multicast is null or (>= 1 and <= Most) && Unknown is null or (>= 1 and <= Most);

    /// <summary>By its key.</summary>
    [JsonIgnore]
    public IEnumerable<(string Kind, int Limit)> Limits =>
        new (string Kind, int? Limit)[] { ("broadcast", Broadcast), ("multicast", Multicast), ("unknown", Unknown) }.Where(pair => pair.Limit is not null).Select(pair => (pair.Kind, pair.Limit!.Value));
}
