using System.Text.Json.Serialization;

namespace Vdeorch.Model.Runtime;

/// <summary>A port of a switch by its number, whether or not anybody is on it: what a client finds who joins there.</summary>
/// <param name="Number">From 1; 0 is the management port.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NumberedPort(int Number)
{
    public PortOptions Options { get; init => field = value ?? PortOptions.None; } = PortOptions.None;

    /// <summary>Name or number of the user it is for, with <see cref="Group"/>; both null: it is for everybody. Root may always.</summary>
    public string? User { get; init; }

    /// <summary>Name or number of the group whose members it is for.</summary>
    public string? Group { get; init; }

    /// <summary>Only for whoever asks for it by its number.</summary>
    public bool IsReserved { get; init; }

    /// <summary>Nothing was asked of it.</summary>
    [JsonIgnore]
    public bool IsPlain => this == new NumberedPort(Number);
}
