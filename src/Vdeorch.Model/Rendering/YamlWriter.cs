using System.Globalization;
using System.Text;
using Vdeorch.Model.Reading;

namespace Vdeorch.Model.Rendering;

/// <summary>Block maps with flow values, two blanks a level: the little YAML a rendered topology needs, portable to YAML 1.1 readers.</summary>
internal sealed class YamlWriter
{
    readonly StringBuilder _text = new();
    int _level;

    public override string ToString() => _text.ToString();

    public void Entry(string key, string value) => Line($"{Scalar(key)}: {value}");

    /// <summary>An empty one is written <c>{}</c>.</summary>
    public void Map(string key, Action write)
    {
        int start = _text.Length;
        Line($"{Scalar(key)}:");
        int inside = _text.Length;
        _level++;
        write();
        _level--;
        if (_text.Length == inside)
        {
            _text.Length = start;
            Line($"{Scalar(key)}: {{}}");
        }
    }

    public static string List(IEnumerable<string> scalars) => $"[{string.Join(", ", scalars)}]";

    /// <summary>A scalar that reads back as exactly this text, expressions included.</summary>
    public static string Scalar(string text)
    {
        string protectedText = text.Contains("{{", StringComparison.Ordinal) ? $"{{{{ {Quote(text, ExpressionEscape)} }}}}" : text;
        return IsPlain(protectedText) ? protectedText : Quote(protectedText, YamlEscape);
    }

    void Line(string line) => _text.Append(' ', _level * 2).Append(line).Append('\n');

    static bool IsPlain(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetterOrDigit(text[0]) || text[0] is '/' or '_') || text[^1] == ':'
            || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '.' or ':' or '@' or '+' or '=' or '%'))
        {
            return false;
        }

        // YAML 1.1 has more booleans, and reads 52:54:00 as a number to base 60.
        return CoreTypes.Of(text) is CoreType.Integer || (CoreTypes.Of(text) is CoreType.String
            && text.ToLowerInvariant() is not ("y" or "n" or "yes" or "no" or "on" or "off")
            && !(text.Contains(':', StringComparison.Ordinal) && text.All(c => char.IsAsciiDigit(c) || c is ':' or '.')));
    }

    static string Quote(string text, Func<char, string?> escape)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            _ = escape(c) is { } escaped ? quoted.Append(escaped) : quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }

    static string? YamlEscape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
        _ => null,
    };

    static string? ExpressionEscape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        _ => null,
    };
}
