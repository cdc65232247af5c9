using System.Text.Json.Serialization;

namespace Vdeorch.Model.Runtime;

/// <summary>What becomes of frames that go one way. The default leaves them alone. Shares are from 0 to 1, of frames.</summary>
/// <remarks>In this order: down, mtu, loss, duplication, queue and rate, delay, corruption. Frames stay in order unless <see cref="Reorder"/> says otherwise.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Impairment
{
    public const int DefaultQueue = 1000;

    static readonly Impairment s_none = new();

    /// <summary>Microseconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Delay { get; init; }

    /// <summary>Microseconds that the delay varies by, up and down; never below no delay.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Jitter { get; init; }

    /// <summary>Jitter is the standard deviation of a normal distribution; else the delay is uniform within it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsNormal { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Loss { get; init; }

    /// <summary>The mean number of frames that are lost in a row (Gilbert's model); at most 1: each for itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Burst { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Duplicate { get; init; }

    /// <summary>Frames in which one bit is wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Corrupt { get; init; }

    /// <summary>Frames that are not delayed, and so overtake those that are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Reorder { get; init; }

    /// <summary>Bits of Ethernet frames a second; 0: any number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Rate { get; init; }

    /// <summary>Frames that may wait for the rate; those beyond are dropped.</summary>
    public int Queue { get; init; } = DefaultQueue;

    /// <summary>Bytes of the longest packet in a frame; 0: any length.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Mtu { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Down { get; init; }

    /// <summary>Milliseconds: after so long in order the link is down for <see cref="FlapDown"/>, again and again; 0: it does not flap.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long FlapUp { get; init; }

    /// <summary>Milliseconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long FlapDown { get; init; }

    /// <summary>Null: it is always as above. Else that is what its states have in common, and what counts is the state it is in.</summary>
    public LinkStates? States { get; init; }

    /// <summary>It leaves frames alone.</summary>
    [JsonIgnore]
    public bool IsNone => this == s_none;

    [JsonIgnore]
    internal bool IsPossible => States is null or { IsPossible: true };
}

/// <summary>Both ways of a port; null leaves frames alone.</summary>
/// <param name="Out">Of frames to what is plugged in.</param>
/// <param name="In">Of frames from there.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PortImpairment(Impairment? Out, Impairment? In)
{
    [JsonIgnore]
    internal bool IsPossible => (Out?.IsPossible ?? true) && (In?.IsPossible ?? true);
}
