namespace Vdeorch.Plugs.Impairments;

/// <summary>Whether anything passes a link at all.</summary>
/// <param name="IsUp">It does: with losses and delays, perhaps.</param>
/// <param name="Until">Nanoseconds, monotonic: when that may be otherwise; <see cref="long.MaxValue"/>: not before somebody says so.</param>
readonly record struct Carrier(bool IsUp, long Until)
{
    public static readonly Carrier Always = new(true, long.MaxValue);

    /// <summary>Of a link with two ways: it is down while both are. One that is cut one way only is a link that others have to find out about by its silence.</summary>
    public static Carrier OfBoth(Carrier one, Carrier other) => (one.IsUp, other.IsUp) switch
    {
        (false, false) => new(false, Math.Min(one.Until, other.Until)),
        (true, true) => new(true, Math.Max(one.Until, other.Until)),
        _ => new(true, one.IsUp ? one.Until : other.Until),
    };

    /// <summary>Of two links one behind the other.</summary>
    public static Carrier InRow(Carrier one, Carrier other) => new(one.IsUp && other.IsUp, Math.Min(one.Until, other.Until));
}
