using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Vdeorch.Model.Runtime;

/// <summary>A port of a switch gets copies of what passes others, and is for nothing else: what it sends is dropped.</summary>
/// <param name="To">Its name, as in <see cref="PortSettings.Name"/>. It need not be there, nor need those in <see cref="From"/>.</param>
/// <param name="In">Of frames that come in at the others, before anything is done to them.</param>
/// <param name="Out">Of frames that go out there.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MirrorSettings(string To, bool In, bool Out)
{
    /// <summary>Null: all others.</summary>
    public ImmutableArray<string>? From { get; init; }

    [JsonIgnore]
    public string Direction => In && Out ? "both" : In ? "in" : "out";

    public override string ToString() => $"{(From is { } from ? string.Join(", ", from) : "all")} ({Direction}) to {To}";
}
