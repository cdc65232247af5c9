using System.Diagnostics;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Plugs.Impairments;

/// <summary>
/// Which state a link is in. It is asked when a frame comes, and needs no timer: on its way into a state it draws how many periods it stays,
/// so that what has happened since takes one step for each move and none for each period. For one thread at a time.
/// </summary>
/// <remarks>To stay with the same chance after each period is to stay for a geometrically distributed number of them.</remarks>
sealed class LinkWalk(Random random)
{
    /// <summary>Worked through at one time. A link that has gone on for so many since the last frame has forgotten where it was.</summary>
    const int MaxMoves = 4_096;

    const long Millisecond = Link.Second / 1_000;

    Impairment common = new();
    LinkStates? states;
    int current;

    /// <summary>When it goes to another state; <see cref="long.MaxValue"/>: never.</summary>
    long leaves = long.MaxValue;

    /// <summary>When it will go to another state, as of the last time it was asked; <see cref="long.MaxValue"/>: never.</summary>
    public long Leaves => leaves;

    /// <summary>Of the state it was in when it was last asked; null: it has no states.</summary>
    public string? StateName => states?.All[current].Name;

    /// <summary>Whether it is down in some of its states, and in others not.</summary>
    public bool GoesDown { get; private set; }

    /// <summary>It is in the state of the name that it was in, if there is one, or in the first. Periods begin anew.</summary>
    /// <returns>What counts.</returns>
    public Impairment Set(Impairment impairment, long now)
    {
        if (impairment == common)
        {
            return At(now);
        }

        string? name = states is null ? null : Move(now, states).Name;
        common = impairment;
        states = impairment.States;
        GoesDown = states is not null && states.All.Any(state => state.Impairment.Down) && !states.All.All(state => state.Impairment.Down);
        if (states is null)
        {
            leaves = long.MaxValue;
            return common;
        }
        current = 0;
        for (int i = 0; i < states.All.Length; i++)
        {
            if (states.All[i].Name == name)
            {
                current = i;
            }
        }
        leaves = LeavesAt(now, states);
        return states.All[current].Impairment;
    }

    /// <summary>What counts at a time that is not before those asked for.</summary>
    public Impairment At(long now) => states is null ? common : Move(now, states).Impairment;

    LinkState Move(long now, LinkStates among)
    {
        for (int moves = 0; leaves <= now; moves++)
        {
            current = Next(among.All[current]);
            leaves = LeavesAt(moves < MaxMoves ? leaves : now, among);
        }
        return among.All[current];
    }

    int Next(LinkState state)
    {
        double drawn = random.NextDouble() * state.Leaving;
        foreach (LinkMove move in state.Moves)
        {
            drawn -= move.Share;
            if (drawn < 0)
            {
                return move.To;
            }
        }
        return state.Moves[^1].To;
    }

    long LeavesAt(long since, LinkStates among)
    {
        double leaving = among.All[current].Leaving;
        if (leaving <= 0)
        {
            return long.MaxValue;
        }
        double stays = leaving >= 1 ? 0 : Math.Floor(Math.Log(1 - random.NextDouble()) / Math.Log(1 - leaving));
        double until = since + (stays + 1) * among.Every * Millisecond;
        Debug.Assert(until > since);
        return until < long.MaxValue ? (long)until : long.MaxValue;
    }
}
