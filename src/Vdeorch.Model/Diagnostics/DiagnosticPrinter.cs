using System.Globalization;
using System.Text;

namespace Vdeorch.Model.Diagnostics;

/// <summary>Diagnostics for people, without colour.</summary>
public static class DiagnosticPrinter
{
    const int Window = 140;

    /// <returns>
    /// Lines without a trailing line break; control characters of the user's text are escaped, long source lines cut around the place.
    /// <code>
    /// lab.yaml:12:21 error VDE1107: switch/lan: ports 70000 is outside 1..65535
    ///   12 |   lan: { ports: 70000 }
    ///      |                 ^~~~~
    ///   help: …
    /// </code>
    /// </returns>
    public static string Print(Diagnostic d)
    {
        var text = new StringBuilder(Quoted.Printable(d.File));
        if (d.Span.Line > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $":{d.Span.Line}:{d.Span.Column}");
        }

        text.Append(CultureInfo.InvariantCulture, $" {(d.Severity == Severity.Error ? "error" : "warning")} {d.Code}: {Quoted.Printable(d.Message)}");
        if (d.Span.Line > 0 && d.Excerpt is { } excerpt)
        {
            AppendExcerpt(text, d.Span, excerpt);
        }

        if (d.Note is { } note)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  note: {Quoted.Printable(note)}");
        }

        if (d.Suggestion is { } suggestion)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  help: {Quoted.Printable(suggestion)}");
        }

        return text.ToString();
    }

    static void AppendExcerpt(StringBuilder text, SourceSpan span, string line)
    {
        int at = Math.Min(span.Column - 1, line.Length);
        int from = at > Window - 20 ? Quoted.Whole(line, Math.Max(at - Window / 2, 1)) : 0;
        int to = Math.Min(line.Length, from + Window);
        to = to < line.Length && to > from ? Quoted.Whole(line, to) : to;

        string number = span.Line.ToString(CultureInfo.InvariantCulture);
        string lead = from > 0 ? "…" : "";
        string tail = to < line.Length ? "…" : "";
        string before = Quoted.Printable(line[from..at]);
        string marked = Quoted.Printable(line[at..Math.Min(to, at + span.Length)]);
        string after = Quoted.Printable(line[Math.Min(to, at + span.Length)..to]);

        // A tab stays a tab above and below, so that the caret stands where the terminal puts the text.
        string pad = string.Concat((lead + before).Select(c => c == '\t' ? '\t' : ' '));
        text.Append(CultureInfo.InvariantCulture, $"\n  {number} | {lead}{before}{marked}{after}{tail}")
            .Append(CultureInfo.InvariantCulture, $"\n  {new string(' ', number.Length)} | {pad}^{new string('~', Math.Max(marked.Length - 1, 0))}");
    }
}
