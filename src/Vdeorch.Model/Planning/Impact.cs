using System.Collections.Immutable;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Planning;

/// <summary>Objects that the plan leaves as they are, and that lose traffic by what it does to another.</summary>
/// <param name="Objects">Sorted; never empty.</param>
/// <param name="Because">The objects that are changed, with the same effect.</param>
/// <param name="Why">What goes on with them, for people: <c>cloud/lan1 is re-plugged</c>.</param>
/// <param name="Outage">For how long.</param>
/// <param name="MaxMs">At most, milliseconds; null unless <paramref name="Outage"/> is <see cref="Planning.Outage.Brief"/>.</param>
public sealed record Impact(ImmutableArray<ResourceId> Objects, ImmutableArray<ResourceId> Because, string Why, Outage Outage, int? MaxMs)
{
    /// <summary>For a plug that is swapped for another, in milliseconds, where nobody far has to answer first.</summary>
    public const int ReplugMs = 100;

    /// <summary>For a plug runtime that is stopped and started with all its plugs, in milliseconds.</summary>
    public const int RuntimeMs = 200;
}

public enum Outage
{
    /// <summary>So many milliseconds at most.</summary>
    Brief,

    /// <summary>Until somebody else has answered: a program that is started, a host that is connected to.</summary>
    UntilAnswered,

    /// <summary>What went that way does not come back.</summary>
    ForGood,
}
