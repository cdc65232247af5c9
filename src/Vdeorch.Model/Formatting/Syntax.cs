using System.Collections.Immutable;

namespace Vdeorch.Model.Formatting;

/// <summary>A place in a text: its offset, and its line and column, all from 0.</summary>
internal readonly record struct Place(int Offset, int Line, int Column);

/// <summary>How a part of a YAML file is written. Beside the node that it means, which knows no comments, anchors and line breaks.</summary>
/// <param name="Start">Of its first character, an anchor's included.</param>
/// <param name="LastLine">The last line that any of it stands on.</param>
internal abstract record Syntax(Place Start, int LastLine)
{
    /// <summary>What anchors and aliases in it are called, in their order.</summary>
    public ImmutableArray<AnchorUse> Anchors { get; init; } = [];
}

/// <param name="IsAlias">It refers to the anchor; else it is it.</param>
internal readonly record struct AnchorUse(string Name, bool IsAlias);

/// <summary>A plain or quoted scalar, an alias, or nothing at all: kept as it is written.</summary>
/// <param name="End">Behind it.</param>
internal sealed record TextSyntax(Place Start, Place End, int LastLine) : Syntax(Start, LastLine);

/// <summary>A scalar below its head, <c>|</c> or <c>></c>.</summary>
/// <param name="HeadLine">The line of <c>|</c>.</param>
/// <param name="Indent">Of its text; null where there is none.</param>
/// <param name="IsGiven">The head says how much more it is than that of what it stands in.</param>
internal sealed record BlockTextSyntax(Place Start, int HeadLine, int? Indent, bool IsGiven, int LastLine) : Syntax(Start, LastLine)
{
    /// <summary>Its head has a <c>+</c>: blank lines behind it are part of its text.</summary>
    public bool KeepsBlankLines { get; init; }
}

/// <param name="Key">Where its first character stands; the dash of a block list's item.</param>
/// <param name="KeyEnd">Behind the key, before its colon; of an item <paramref name="Key"/>.</param>
internal readonly record struct SyntaxEntry(Place Key, Place KeyEnd, Syntax Value)
{
    /// <summary>Also those of the key.</summary>
    public ImmutableArray<AnchorUse> Anchors { get; init; }

    public int LastLine => Math.Max(Key.Line, Value.LastLine);
}

/// <summary>A map or list.</summary>
/// <param name="IsFlow">In brackets.</param>
/// <param name="End">Of a flow collection: behind its closing bracket.</param>
internal sealed record CollectionSyntax(Place Start, Place End, bool IsMap, bool IsFlow, ImmutableArray<SyntaxEntry> Entries, int LastLine) : Syntax(Start, LastLine)
{
    /// <summary>The column of its keys or dashes.</summary>
    public int Column => Entries[0].Key.Column;
}

/// <param name="FirstLine">The first below directives and <c>---</c>.</param>
/// <param name="EndLine">Behind it: that of <c>...</c>, or one more than the last.</param>
internal sealed record DocumentSyntax(CollectionSyntax Root, int FirstLine, int EndLine);
