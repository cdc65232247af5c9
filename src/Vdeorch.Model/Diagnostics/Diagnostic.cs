namespace Vdeorch.Model.Diagnostics;

/// <summary>One thing wrong in the user's text. Collected, never thrown.</summary>
/// <param name="Code">Stable, <c>VDE</c> and four digits.</param>
/// <param name="Severity">An error stops the topology; a warning does not.</param>
/// <param name="File">As the user named it.</param>
/// <param name="Span">Where.</param>
/// <param name="Message">Names the thing and quotes the value.</param>
/// <param name="Suggestion">What would do; null when nothing better than the message can be said.</param>
public sealed record Diagnostic(string Code, Severity Severity, string File, SourceSpan Span, string Message, string? Suggestion = null)
{
    /// <summary>The source line the span begins on, without its line break; null when there is no text to show.</summary>
    public string? Excerpt { get; init; }

    /// <summary>Context such as "while expanding web-3"; null when there is none.</summary>
    public string? Note { get; init; }
}

public enum Severity
{
    Warning,
    Error,
}

/// <param name="Line">From 1; 0 means the file as a whole.</param>
/// <param name="Column">From 1, in UTF-16 code units.</param>
/// <param name="Length">Code units to underline, at least 1.</param>
public readonly record struct SourceSpan(int Line, int Column, int Length) : IComparable<SourceSpan>
{
    public int CompareTo(SourceSpan other) => (Line, Column).CompareTo((other.Line, other.Column));
    public static bool operator <(SourceSpan left, SourceSpan right) => left.CompareTo(right) < 0;
    public static bool operator >(SourceSpan left, SourceSpan right) => left.CompareTo(right) > 0;
    public static bool operator <=(SourceSpan left, SourceSpan right) => left.CompareTo(right) <= 0;
    public static bool operator >=(SourceSpan left, SourceSpan right) => left.CompareTo(right) >= 0;
}
