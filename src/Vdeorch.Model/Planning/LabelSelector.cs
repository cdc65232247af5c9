using System.Collections.Immutable;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Planning;

/// <summary>Picks objects by their labels, in the words of docker and kubectl.</summary>
/// <param name="Conditions">All of them hold; none picks everything.</param>
/// <example><c>tier=web,owner!=bob,critical,!spare</c></example>
public sealed record LabelSelector(ImmutableArray<LabelCondition> Conditions)
{
    public static LabelSelector Everything { get; } = new([]);

    public bool IsEverything => Conditions.IsEmpty;

    /// <param name="why">Why it is none, and what would be, for people.</param>
    /// <returns>Null when it is none.</returns>
    public static LabelSelector? TryParse(string text, out string why)
    {
        why = "";
        ImmutableArray<LabelCondition>.Builder conditions = ImmutableArray.CreateBuilder<LabelCondition>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (LabelCondition.TryParse(part) is not { } condition)
            {
                why = $"'{part}' is no condition on a label; write KEY=VALUE, KEY!=VALUE, KEY or !KEY, with commas between them";
                return null;
            }

            conditions.Add(condition);
        }

        return new LabelSelector(conditions.DrainToImmutable());
    }

    public LabelSelector And(LabelSelector other) => new([.. Conditions, .. other.Conditions]);

    public bool Matches(ImmutableSortedDictionary<string, string> labels) => Conditions.All(condition => condition.Holds(labels));

    public override string ToString() => string.Join(',', Conditions);
}

/// <param name="Value">Null: whether it has the key at all.</param>
/// <param name="IsNot">The reverse; of a value it also holds where there is no such key, as in kubectl.</param>
public sealed record LabelCondition(string Key, string? Value, bool IsNot)
{
    public static LabelCondition? TryParse(string text)
    {
        bool isAbsent = text.StartsWith('!');
        string rest = isAbsent ? text[1..] : text;
        int equals = rest.IndexOf('=', StringComparison.Ordinal);
        bool differs = equals > 0 && rest[equals - 1] == '!';
        string key = equals < 0 ? rest : rest[..(differs ? equals - 1 : equals)];
        // kubectl has two signs for the same.
        string? value = equals < 0 ? null : rest[(equals + 1)..] is ['=', .. var twice] && !differs ? twice : rest[(equals + 1)..];
        return Labels.IsKey(key.Trim()) && (value is null || (!isAbsent && Labels.IsValue(value.Trim()))) ? new LabelCondition(key.Trim(), value?.Trim(), isAbsent || differs) : null;
    }

    public bool Holds(ImmutableSortedDictionary<string, string> labels) =>
        (labels.TryGetValue(Key, out string? value) && (Value is null || value == Value)) != IsNot;

    public override string ToString() => Value is null ? $"{(IsNot ? "!" : "")}{Key}" : $"{Key}{(IsNot ? "!=" : "=")}{Value}";
}
