using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Vdeorch.Model.Runtime;

/// <summary>A Markov chain of impairments: a link is in one state at a time, the first to begin with, and moves by chance when a period ends.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LinkStates
{
    public const int DefaultEvery = 100;
    public const int LongestEvery = 3_600_000;

    /// <summary>So that both ways of a port go into a message many times over.</summary>
    public const int MaxStates = 16;

    /// <summary>Of percentages that a file adds up to 100.</summary>
    const double Rounding = 1e-9;

    /// <summary>Milliseconds of a period, 1 to <see cref="LongestEvery"/>.</summary>
    public int Every { get; init; } = DefaultEvery;

    /// <summary>1 to <see cref="MaxStates"/>.</summary>
    public ImmutableArray<LinkState> All { get; init => field = value.IsDefault ? [] : value; } = [];

    [JsonIgnore]
    internal bool IsPossible =>
        Every is >= 1 and <= LongestEvery && All.Length is >= 1 and <= MaxStates
        && All.All(state => state is { Name.Length: > 0, Impairment.States: null } && state.Moves.All(move => move is { Share: >= 0 } && move.To >= 0 && move.To < All.Length) && IsPossibleSum(state.Leaving))
        && All.Select(state => state.Name).Distinct(StringComparer.Ordinal).Count() == All.Length;

    /// <returns>Whether moves may come to so much together.</returns>
    public static bool IsPossibleSum(double share) => share <= 1 + Rounding;

    public bool Equals(LinkStates? other) => other is not null && Every == other.Every && All.SequenceEqual(other.All);

    public override int GetHashCode() => HashCode.Combine(Every, All.Length);
}

/// <param name="Name">One of its own among the states.</param>
/// <param name="Impairment">All of it, with what the state has in common with others; without states.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LinkState(string Name, Impairment Impairment)
{
    /// <summary>Where to, when a period ends; with what is left to 1 it stays. None: it stays for good.</summary>
    public ImmutableArray<LinkMove> Moves { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The share of periods after which it moves.</summary>
    [JsonIgnore]
    public double Leaving
    {
        get
        {
            double sum = 0;
            foreach (LinkMove move in Moves)
            {
                sum += move.Share;
            }
            return sum;
        }
    }

    public bool Equals(LinkState? other) => other is not null && Name == other.Name && Impairment == other.Impairment && Moves.SequenceEqual(other.Moves);

    public override int GetHashCode() => HashCode.Combine(Name, Impairment, Moves.Length);
}

/// <param name="To">Of <see cref="LinkStates.All"/>.</param>
/// <param name="Share">0 to 1.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LinkMove(int To, double Share);
