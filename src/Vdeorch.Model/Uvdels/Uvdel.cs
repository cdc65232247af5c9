using System.Collections.Immutable;

namespace Vdeorch.Model.Uvdels;

/// <summary>
/// A virtual network locator ("VNL", "vde url"): which plug, with what, around which other plug.
/// <c>vlan://4{agno:///etc/key[ethtype=copy]{vxvde://234.0.0.1/vni=7}}</c>
/// </summary>
/// <remarks>Two that differ only in where they stood in a text are equal. <see cref="ToString"/> prints the one canonical spelling, and parsing that gives an equal value.</remarks>
/// <param name="Scheme">What stands before <c>://</c>; <c>vde</c> where nothing does.</param>
/// <param name="Argument">What the scheme is about (a path, a group, a command line), quotes and escapes resolved where the scheme's form has them; "" when absent.</param>
/// <param name="Parameters">As written, in order, each with the name of the schema entry that its key is a prefix of.</param>
/// <param name="Nested">What stands in braces; null for a scheme that takes none.</param>
public sealed record Uvdel(string Scheme, string Argument, ImmutableArray<UvdelParameter> Parameters, Uvdel? Nested)
{
    /// <summary>Where it stood in the text that was parsed.</summary>
    public UvdelSpan At { get; init; }

    /// <summary>Where its argument stood.</summary>
    public UvdelSpan ArgumentAt { get; init; }

    /// <summary>The value of a parameter: the last one wins; "" for one that is there without a value; null when it is absent.</summary>
    public string? Find(string name)
    {
        for (int i = Parameters.Length - 1; i >= 0; i--)
        {
            if (Parameters[i].Name == name)
            {
                return Parameters[i].Value;
            }
        }

        return null;
    }

    public bool Has(string name) => Find(name) is not null;

    public bool Equals(Uvdel? other) =>
        other is not null && Scheme == other.Scheme && Argument == other.Argument && Parameters.SequenceEqual(other.Parameters) && Equals(Nested, other.Nested);

    public override int GetHashCode() => HashCode.Combine(Scheme, Argument, Parameters.Length, Nested);

    public override string ToString() => UvdelPrinter.Print(this);
}

/// <param name="Name">Of the schema's entry, "" for the anonymous one of <c>vde://</c>.</param>
/// <param name="Value">Decoded; "" when there was none.</param>
public sealed record UvdelParameter(string Name, string Value)
{
    /// <summary>Where key and value stood.</summary>
    public UvdelSpan At { get; init; }

    public bool Equals(UvdelParameter? other) => other is not null && Name == other.Name && Value == other.Value;

    public override int GetHashCode() => HashCode.Combine(Name, Value);
}

/// <summary>A stretch of the text that was parsed, in characters from 0.</summary>
public readonly record struct UvdelSpan(int Start, int Length);

/// <param name="Message">Names the thing, quotes the value, says what would do; without a position.</param>
public sealed record UvdelProblem(UvdelSpan At, string Message);
