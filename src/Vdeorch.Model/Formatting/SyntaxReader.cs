using System.Collections.Immutable;
using System.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;

namespace Vdeorch.Model.Formatting;

/// <summary>
/// How a text is written, of which <see cref="Reading.NodeReader"/> has read the nodes without complaint: it keeps to all limits of that one. Made from tokens, because
/// YamlDotNet's events do not say where the dashes of lists are.
/// </summary>
internal sealed class SyntaxReader
{
    readonly string _text;
    readonly ImmutableArray<string> _lines;
    readonly Scanner _scanner;

    SyntaxReader(string text, ImmutableArray<string> lines)
    {
        (_text, _lines) = (text, lines);
        _scanner = new Scanner(new StringReader(text), skipComments: true);
        Move();
    }

    Token Current => _scanner.Current!;

    /// <param name="lines">The same text, by line.</param>
    /// <returns>Null for what is left as it is: keys behind <c>?</c>, keys that are nothing or no scalar, pairs in lists, and a document that begins on the line of its <c>---</c>.</returns>
    public static DocumentSyntax? Read(string text, ImmutableArray<string> lines)
    {
        var reader = new SyntaxReader(text, lines);
        try
        {
            return reader.ReadDocument();
        }
        catch (LeftAloneException)
        {
            return null;
        }
    }

    DocumentSyntax ReadDocument()
    {
        int firstLine = 0;
        while (Current is StreamStart or DocumentStart or VersionDirective or TagDirective)
        {
            firstLine = Current is StreamStart ? 0 : At(Current.Start).Line + 1;
            Move();
        }

        Place start = At(Current.Start);
        CollectionSyntax root = start.Line >= firstLine && Read(parentColumn: -1, start.Line) is CollectionSyntax { Entries.IsEmpty: false } read ? read : throw new LeftAloneException();
        return new DocumentSyntax(root, firstLine, Current is DocumentEnd ? At(Current.Start).Line : _lines.Length);
    }

    /// <param name="parentColumn">Of the block collection it stands in: the text of a block scalar is indented more.</param>
    /// <param name="keyLine">Where nothing at all stands.</param>
    Syntax Read(int parentColumn, int keyLine)
    {
        Place? start = null;
        List<AnchorUse> anchors = [];
        while (Current is Anchor or Tag)
        {
            start ??= At(Current.Start);
            if (Current is Anchor anchor)
            {
                anchors.Add(new AnchorUse(anchor.Value.Value, IsAlias: false));
            }

            Move();
        }

        Token token = Current;
        Place from = start ?? At(token.Start);
        Syntax read = token switch
        {
            AnchorAlias or Scalar => ReadText(from, token, parentColumn),
            FlowMappingStart or FlowSequenceStart => ReadFlow(from, isMap: token is FlowMappingStart, parentColumn),
            BlockMappingStart => ReadMap(from),
            BlockSequenceStart => ReadList(from, isIndented: true),
            // A list may begin in the column of its key; a dash there is no item of a list around it.
            BlockEntry when At(token.Start).Column == parentColumn && IsBelowKey => ReadList(from, isIndented: false),
            _ => new TextSyntax(from, from, start?.Line ?? keyLine),
        };
        return read with { Anchors = [.. anchors, .. read.Anchors] };
    }

    /// <summary>What is read is the value of a key.</summary>
    bool IsBelowKey { get; set; }

    Syntax ReadText(Place from, Token token, int parentColumn)
    {
        Move();
        return token switch
        {
            AnchorAlias alias => new TextSyntax(from, At(alias.End), At(alias.End).Line) { Anchors = [new AnchorUse(alias.Value.Value, IsAlias: true)] },
            Scalar { Style: ScalarStyle.Literal or ScalarStyle.Folded } => ReadBlockText(from, At(token.Start), parentColumn),
            _ => new TextSyntax(from, At(token.End), At(token.End).Line),
        };
    }

    // YAML 1.2, section 8.1: the first line of the text that has anything says how far it is indented, unless the head does.
    BlockTextSyntax ReadBlockText(Place from, Place head, int parentColumn)
    {
        string marks = _lines[head.Line][head.Column..];
        int digit = marks.AsSpan(0, Math.Min(3, marks.Length)).IndexOfAnyInRange('1', '9');
        bool keepsBlanks = marks.AsSpan(0, Math.Min(3, marks.Length)).Contains('+');
        int? indent = digit < 0 ? null : Math.Max(parentColumn, 0) + marks[digit] - '0';
        int last = head.Line;
        for (int line = head.Line + 1; line < _lines.Length; line++)
        {
            string text = _lines[line];
            int blanks = text.AsSpan().IndexOfAnyExcept(' ');
            if (blanks < 0)
            {
                // Blank to the end, it is text only where something follows, where blanks are kept, or where it is longer than the indentation.
                last = keepsBlanks || text.Length > (indent ?? int.MaxValue) ? line : last;
                continue;
            }

            if (blanks < (indent ?? parentColumn + 1))
            {
                break;
            }

            indent ??= blanks;
            last = line;
        }

        return new BlockTextSyntax(from, head.Line, indent, digit >= 0, last) { KeepsBlankLines = keepsBlanks };
    }

    CollectionSyntax ReadMap(Place from)
    {
        Move();
        ImmutableArray<SyntaxEntry>.Builder entries = ImmutableArray.CreateBuilder<SyntaxEntry>();
        while (Current is not BlockEnd)
        {
            Require(Current is Key && _text[At(Current.Start).Offset] != '?');
            Move();
            TextSyntax key = ReadKey();
            Require(Current is Value);
            Move();
            IsBelowKey = true;
            Syntax value = Read(key.Start.Column, key.Start.Line);
            RequireHead(value, key.Start.Line);
            entries.Add(new SyntaxEntry(key.Start, key.End, value) { Anchors = [.. key.Anchors, .. value.Anchors] });
        }

        Move();
        return Block(from, isMap: true, entries.DrainToImmutable());
    }

    TextSyntax ReadKey()
    {
        Require(Current is Scalar or AnchorAlias or Anchor);
        var key = Read(parentColumn: -1, -1) as TextSyntax;
        Require(key is not null && key.End.Offset > key.Start.Offset);
        return key!;
    }

    CollectionSyntax ReadList(Place from, bool isIndented)
    {
        if (isIndented)
        {
            Move();
        }

        ImmutableArray<SyntaxEntry>.Builder entries = ImmutableArray.CreateBuilder<SyntaxEntry>();
        while (Current is BlockEntry)
        {
            Place dash = At(Current.Start);
            Move();
            IsBelowKey = false;
            Syntax value = Read(dash.Column, dash.Line);
            RequireHead(value, dash.Line);
            entries.Add(new SyntaxEntry(dash, dash, value) { Anchors = value.Anchors });
        }

        if (isIndented)
        {
            Require(Current is BlockEnd);
            Move();
        }

        return Block(from, isMap: false, entries.DrainToImmutable());
    }

    CollectionSyntax ReadFlow(Place from, bool isMap, int parentColumn)
    {
        Move();
        ImmutableArray<SyntaxEntry>.Builder entries = ImmutableArray.CreateBuilder<SyntaxEntry>();
        bool isOpen = true;
        while (Current is not (FlowMappingEnd or FlowSequenceEnd))
        {
            // YamlDotNet takes some texts that lack a comma, or have one too many.
            Require(Current is FlowEntry != isOpen);
            isOpen = !isOpen;
            if (Current is FlowEntry)
            {
                Move();
                continue;
            }

            if (!isMap)
            {
                Require(Current is not Key);
                Syntax item = Read(parentColumn, At(Current.Start).Line);
                entries.Add(new SyntaxEntry(item.Start, item.Start, item) { Anchors = item.Anchors });
                continue;
            }

            if (Current is Key)
            {
                Require(_text[At(Current.Start).Offset] != '?');
                Move();
            }

            TextSyntax key = ReadKey();
            Syntax value = new TextSyntax(key.Start, key.Start, key.Start.Line);
            if (Current is Value)
            {
                Move();
                value = Read(parentColumn, key.Start.Line);
            }

            entries.Add(new SyntaxEntry(key.Start, key.End, value) { Anchors = [.. key.Anchors, .. value.Anchors] });
        }

        // The end of a bracket's token is its beginning.
        Place bracket = At(Current.Start);
        Place end = bracket with { Offset = bracket.Offset + 1, Column = bracket.Column + 1 };
        Move();
        ImmutableArray<SyntaxEntry> all = entries.DrainToImmutable();
        return new CollectionSyntax(from, end, isMap, IsFlow: true, all, end.Line) { Anchors = [.. all.SelectMany(entry => entry.Anchors)] };
    }

    static CollectionSyntax Block(Place from, bool isMap, ImmutableArray<SyntaxEntry> entries)
    {
        Require(!entries.IsEmpty);
        return new CollectionSyntax(from, from, isMap, IsFlow: false, entries, entries[^1].LastLine) { Anchors = [.. entries.SelectMany(entry => entry.Anchors)] };
    }

    // An anchor of a block collection on a line of its own is left alone.
    static void RequireHead(Syntax value, int line) =>
        Require(value is not CollectionSyntax { IsFlow: false } block || block.Start.Line == line || block.Start == block.Entries[0].Key);

    void Move()
    {
        if (!_scanner.MoveNext())
        {
            throw new UnreachableException("the text ends before its nodes do");
        }
    }

    static void Require(bool isSo)
    {
        if (!isSo)
        {
            throw new LeftAloneException();
        }
    }

    static Place At(Mark mark) => new((int)mark.Index, (int)mark.Line - 1, (int)mark.Column - 1);

    /// <summary>Leaves the recursion. Never leaves this class.</summary>
    sealed class LeftAloneException : Exception;
}
