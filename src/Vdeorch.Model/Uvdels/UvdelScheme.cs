using System.Collections.Immutable;

namespace Vdeorch.Model.Uvdels;

/// <summary>How the text after <c>://</c> is cut up.</summary>
public enum UvdelForm
{
    /// <summary>Verbatim: no quoting, no parameters.</summary>
    Raw,

    /// <summary><c>argument/key=value/flag</c></summary>
    Slash,

    /// <summary><c>argument[key=value/flag]</c></summary>
    Bracket,
}

/// <summary>
/// What may be written for one scheme, described once: the parser, the strict checks, <c>vdeorch explain</c> and the tables of docs/plugs are made
/// from it. How the plug opens is in Vdeorch.Plugs.
/// </summary>
public sealed record UvdelScheme(string Name, UvdelForm Form)
{
    /// <summary>One sentence: what a plug of this kind reaches.</summary>
    public required string Summary { get; init; }

    /// <summary>A locator as a user would write it.</summary>
    public required string Example { get; init; }

    /// <summary>What the argument is, in a few words ("the multicast group"); null when there is none, and then text there is a mistake.</summary>
    public string? ArgumentText { get; init; }

    /// <summary>What an empty argument means, as it would be written, where the C library lets it be empty; null: it is required.</summary>
    public string? ArgumentDefault { get; init; }

    /// <summary>Strict: what is wrong with a given argument; null when nothing is.</summary>
    public Func<string, string?>? CheckArgument { get; init; }

    /// <summary>Compatible: what the plug makes of an argument that is wrong strictly, as one would write that.</summary>
    public Func<string, string>? ReadArgument { get; init; }

    public bool TakesNested { get; init; }

    /// <summary>In the order of the C plugin: a key matches the first entry that it is a prefix of.</summary>
    public ImmutableArray<UvdelParameterSchema> Parameters { get; init; } = [];

    /// <summary>Strict: what is wrong between its parts. Each problem at a span of the locator.</summary>
    public Func<Uvdel, IEnumerable<UvdelProblem>>? Check { get; init; }

    /// <summary>Bytes it adds, at worst, to a frame on its way to what it is nested around; 0 for one that adds none.</summary>
    public Func<Uvdel, int>? Overhead { get; init; }

    /// <summary>The longest Ethernet frame (header, no FCS) that passes whole and unfragmented where links have an MTU of 1500; null: any.</summary>
    public Func<Uvdel, int>? MaxFrame { get; init; }
}

/// <param name="Name">As in the C plugin; "" for the anonymous parameter of <c>vde://</c>.</param>
public sealed record UvdelParameterSchema(string Name)
{
    public required string Description { get; init; }

    /// <summary>The entry this is another name of; null when it stands for itself.</summary>
    public string? SameAs { get; init; }

    /// <summary>What the value is, in words ("a port 1..65535"); null for a flag, which is there or not.</summary>
    public string? ValueText { get; init; }

    /// <summary>As it would be written; null when absent means "not set".</summary>
    public string? Default { get; init; }

    /// <summary>Strict: what is wrong with a value; null when nothing is.</summary>
    public Func<string, string?>? Check { get; init; }

    /// <summary>Compatible: what the plug makes of a value that is wrong strictly, as one would write that; null when it makes nothing of it.</summary>
    public Func<string, string?>? Read { get; init; }
}
