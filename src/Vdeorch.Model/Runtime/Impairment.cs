using System.Text.Json.Serialization;

namespace Vdeorch.Model.Runtime;

/// <summary>What becomes of frames that go one way. The default leaves them alone. Shares are from 0 to 1, of frames.</summary>
/// <remarks>In this order: down, mtu, loss, duplication, queue and rate, delay, corruption. Frames stay in order unless <see cref="Reorder"/> says otherwise.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Impairment
{
    public const int DefaultQueue = 1000;

    /// <summary>Microseconds.</summary>
    public long Delay { get; init; }

    /// <summary>Microseconds that the delay varies by, up and down; never below no delay.</summary>
    public long Jitter { get; init; }

    /// <summary>Jitter is the standard deviation of a normal distribution; else the delay is uniform within it.</summary>
    public bool IsNormal { get; init; }

    public double Loss { get; init; }

    /// <summary>The mean number of frames that are lost in a row (Gilbert's model); at most 1: each for itself.</summary>
    public double Burst { get; init; }

    public double Duplicate { get; init; }

    /// <summary>Frames in which one bit is wrong.</summary>
    public double Corrupt { get; init; }

    /// <summary>Frames that are not delayed, and so overtake those that are.</summary>
    public double Reorder { get; init; }

    /// <summary>Bits of Ethernet frames a second; 0: any number.</summary>
    public long Rate { get; init; }

    /// <summary>Frames that may wait for the rate; those beyond are dropped.</summary>
    public int Queue { get; init; } = DefaultQueue;

    /// <summary>Bytes of the longest packet in a frame; 0: any length.</summary>
    public int Mtu { get; init; }

    public bool Down { get; init; }

    /// <summary>Milliseconds: after so long in order the link is down for <see cref="FlapDown"/>, again and again; 0: it does not flap.</summary>
    public long FlapUp { get; init; }

    /// <summary>Milliseconds.</summary>
    public long FlapDown { get; init; }
}

/// <summary>Both ways of a port; null leaves frames alone.</summary>
/// <param name="Out">Of frames to what is plugged in.</param>
/// <param name="In">Of frames from there.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PortImpairment(Impairment? Out, Impairment? In);
