using System.Buffers;
using System.Text;
using CsCheck;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Schemas;

namespace Vdeorch.UnitTests.Formatting;

/// <summary>A topology written anew by somebody with no habits: keys of objects in any order, any indentation, brackets or not, comments and blank lines anywhere.</summary>
/// <param name="numbers">What decides; used in turn.</param>
sealed class Scrambler(int[] numbers)
{
    static readonly SearchValues<char> s_notBelowHeads = SearchValues.Create("\r\t\u0085\u2028\u2029\u00a0\ufeff");
    static readonly SearchValues<char> s_indicators = SearchValues.Create(",[]{}:#");

    readonly StringBuilder _text = new();
    int _next;
    int _comments;

    /// <summary>Without them what differs is only what the formatter takes away.</summary>
    public bool HasComments { get; init; } = true;

    public bool HasStyles { get; init; } = true;

    public string Write(Node root)
    {
        Gap(0);
        Block(root, SectionList.Topology, 0);
        Gap(0);
        return _text.ToString();
    }

    int Pick(int count) => numbers[_next++ % numbers.Length] % count;

    void Block(Node node, ValueSchema? schema, int indent)
    {
        ValueSchema? known = schema?.For(node);
        bool isFirst = true;
        foreach ((string head, Node value, ValueSchema? below) in Entries(node, known))
        {
            if (!isFirst)
            {
                Gap(indent);
            }

            isFirst = false;
            _text.Append(' ', indent).Append(head);
            Value(value, below, indent, isList: node is ListNode);
        }
    }

    IEnumerable<(string Head, Node Value, ValueSchema? Below)> Entries(Node node, ValueSchema? known)
    {
        if (node is ListNode list)
        {
            return list.Items.Select(item => ("-", item, known?.Below(null)));
        }

        (string, Node, ValueSchema?)[] entries = [.. ((MapNode)node).Entries.Select(entry => ($"{Scalar(entry.Key.Text, entry.Key.IsPlain && !entry.Key.Text.AsSpan().ContainsAny(',', ':'))}:", entry.Value, known?.Below(entry.Key.Text)))];
        if (known is IObjectSchema)
        {
            for (int at = entries.Length - 1; at > 0; at--)
            {
                int other = Pick(at + 1);
                (entries[at], entries[other]) = (entries[other], entries[at]);
            }
        }

        return entries;
    }

    void Value(Node value, ValueSchema? schema, int indent, bool isList)
    {
        bool isEmpty = value is MapNode { Entries.IsEmpty: true } or ListNode { Items.IsEmpty: true };
        if (value is ScalarNode scalar)
        {
            _text.Append(' ', 1 + (HasStyles ? Pick(3) : 0));
            if (HasStyles && !scalar.IsPlain && scalar.Text is [not (' ' or '\n'), ..] && !scalar.Text.AsSpan().ContainsAny(s_notBelowHeads) && Pick(3) == 0)
            {
                BlockText(scalar.Text, indent);
                return;
            }

            _text.Append(Scalar(scalar.Text, scalar.IsPlain));
            EndOfLine();
        }
        else if (isEmpty || (HasStyles && Pick(3) == 0))
        {
            _text.Append(' ');
            Flow(value, schema);
            EndOfLine();
        }
        else if (isList && value is MapNode && Pick(2) == 0)
        {
            // On the line of the dash.
            int blanks = 1 + Pick(3);
            int start = _text.Length;
            Block(value, schema, indent + 1 + blanks);
            _text.Remove(start, indent + 1);
        }
        else
        {
            EndOfLine();
            Gap(indent + 1);
            Block(value, schema, value is ListNode && !isList && Pick(3) == 0 ? indent : indent + 1 + Pick(4));
        }
    }

    void Flow(Node node, ValueSchema? schema)
    {
        if (node is ScalarNode scalar)
        {
            _text.Append(Scalar(scalar.Text, scalar.IsPlain && !scalar.Text.AsSpan().ContainsAny(s_indicators)));
            return;
        }

        ValueSchema? known = schema?.For(node);
        bool isMap = node is MapNode;
        _text.Append(isMap ? "{ " : "[ ");
        bool isFirst = true;
        foreach ((string head, Node value, ValueSchema? below) in Entries(node, known))
        {
            _text.Append(isFirst ? "" : ", ").Append(isMap ? $"{head} " : "");
            isFirst = false;
            Flow(value, below);
        }

        _text.Append(isMap ? " }" : " ]");
    }

    void BlockText(string text, int indent)
    {
        string[] lines = text.Split('\n');
        bool endsInBreak = text[^1] == '\n';
        int breaks = text.Length - text.TrimEnd('\n').Length;
        bool isGiven = Pick(3) == 0;
        int width = isGiven ? 1 + Pick(4) : 1 + Pick(6);
        _text.Append('|').Append(isGiven ? $"{width}" : "").Append(!endsInBreak ? "-" : breaks > 1 ? "+" : "").Append('\n');
        foreach (string line in endsInBreak ? lines[..^1] : lines)
        {
            _text.Append(line.Length == 0 ? "" : new string(' ', indent + width)).Append(line).Append('\n');
        }
    }

    void EndOfLine()
    {
        if (HasComments && Pick(5) == 0)
        {
            _text.Append(' ', 1 + Pick(4)).Append("# ").Append(++_comments);
        }

        _text.Append(' ', HasStyles ? Pick(2) : 0).Append('\n');
    }

    // Comments in their own lines, more or less indented than what follows.
    void Gap(int indent)
    {
        for (int left = HasComments ? Pick(4) - 1 : 0; left > 0; left--)
        {
            _text.Append(Pick(3) switch { 0 => "\n", 1 => $"{new string(' ', Pick(indent + 6))}# {++_comments}\n", _ => $"{new string(' ', indent)}# {++_comments}\n" });
        }
    }

    static string Scalar(string text, bool isPlain)
    {
        if (isPlain)
        {
            return text;
        }

        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                '\n' => quoted.Append("\\n"),
                < ' ' or > '~' => quoted.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    public static Gen<int[]> Numbers { get; } = Gen.Int[0, 10_000].Array[60, 400];
}
