using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;

namespace Vdeorch.Model.Reading;

/// <summary>A stretch of a decoded text, in UTF-16 code units from its start.</summary>
/// <param name="Source">Which text: its number in the <see cref="SourceSet"/>.</param>
internal readonly record struct TextRange(int Start, int Length, int Source)
{
    /// <summary>Of the first file.</summary>
    public static readonly TextRange WholeFile = new(-1, 0, 0);
}

/// <summary>The decoded text, and where its lines are. Lines end in LF, CRLF or CR.</summary>
internal sealed class SourceText
{
    readonly ImmutableArray<int> _lineStarts;
    readonly Dictionary<int, string> _lines = [];

    /// <param name="number">Its place in the <see cref="SourceSet"/>.</param>
    /// <param name="directory">Absolute; where relative names of files in it start.</param>
    public SourceText(int number, string file, string directory, string text)
    {
        (Number, File, Directory, Text) = (number, file, directory, text);
        ImmutableArray<int>.Builder starts = ImmutableArray.CreateBuilder<int>();
        starts.Add(0);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                starts.Add(i + 1);
            }
        }

        _lineStarts = starts.DrainToImmutable();
    }

    public int Number { get; }

    /// <summary>As the user named it.</summary>
    public string File { get; }

    public string Directory { get; }

    public string Text { get; }

    /// <summary>Whose names and variables count in it.</summary>
    public required Part Part { get; init; }

    public TextRange All => new(-1, 0, Number);

    public TextRange Range(int start, int length) => new(start, length, Number);

    /// <summary>A range that runs over several lines is cut at the end of its first.</summary>
    public SourceSpan Span(TextRange range)
    {
        if (range.Start < 0)
        {
            return new SourceSpan(0, 0, 1);
        }

        int start = Math.Min(range.Start, Text.Length);
        int line = LineOf(start);
        int room = Line(line).Length - (start - _lineStarts[line]);
        return new SourceSpan(line + 1, start - _lineStarts[line] + 1, Math.Max(1, Math.Min(range.Length, room)));
    }

    /// <summary>Shared by all diagnostics of the line: a file of one long line must not be copied for each.</summary>
    public string? Excerpt(SourceSpan span) => span.Line == 0 ? null : Line(span.Line - 1);

    /// <returns>The rest of its line from <paramref name="start"/>, without trailing blanks.</returns>
    public TextRange RestOfLine(int start)
    {
        int line = LineOf(Math.Min(start, Text.Length));
        int end = _lineStarts[line] + Line(line).AsSpan().TrimEnd().Length;
        return Range(start, Math.Max(1, end - start));
    }

    int LineOf(int index)
    {
        int found = _lineStarts.BinarySearch(index);
        return found >= 0 ? found : ~found - 1;
    }

    string Line(int line)
    {
        if (!_lines.TryGetValue(line, out string? text))
        {
            int end = line + 1 < _lineStarts.Length ? _lineStarts[line + 1] : Text.Length;
            text = Text[_lineStarts[line]..end].TrimEnd('\r', '\n');
            _lines.Add(line, text);
        }

        return text;
    }
}
