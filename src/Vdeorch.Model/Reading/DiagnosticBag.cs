using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;

namespace Vdeorch.Model.Reading;

/// <summary>Collects what is wrong. An error that many replicas share at one place is one diagnostic.</summary>
internal sealed class DiagnosticBag(SourceSet sources)
{
    const int MaxDiagnostics = 1000;

    readonly List<(Diagnostic Diagnostic, int Source, int More, string? LastNote)> _found = [];
    readonly Dictionary<(string Code, string File, SourceSpan Span, string? Message), int> _seen = [];
    int _leftOut;

    public bool HasErrors { get; private set; }

    public bool IsEmpty => _found.Count == 0;

    /// <param name="note">The replica it was found in; null outside of replicas.</param>
    public void Add(DiagnosticCode code, TextRange range, string message, string? suggestion, string? note)
    {
        HasErrors |= code.Severity == Severity.Error;
        SourceText source = sources[range];
        SourceSpan span = source.Span(range);
        (string Code, string File, SourceSpan Span, string?) key = (code.Code, source.File, span, note is null ? message : null);
        if (_seen.TryGetValue(key, out int at))
        {
            if (note != _found[at].LastNote)
            {
                _found[at] = _found[at] with { More = _found[at].More + 1, LastNote = note };
            }

            return;
        }

        if (_found.Count == MaxDiagnostics)
        {
            _leftOut++;
            return;
        }

        _seen.Add(key, _found.Count);
        _found.Add((new Diagnostic(code.Code, code.Severity, source.File, span, message, suggestion)
        {
            Excerpt = source.Excerpt(span),
            Note = note,
        }, range.Source, 0, note));
    }

    /// <returns>In the order of the files, and of what is in each.</returns>
    public ImmutableArray<Diagnostic> ToImmutable()
    {
        IEnumerable<Diagnostic> sorted = _found
            .OrderBy(entry => entry.Source)
            .ThenBy(entry => entry.Diagnostic.Span)
            .ThenBy(entry => entry.Diagnostic.Code, StringComparer.Ordinal)
            .Select(entry => entry.More == 0 ? entry.Diagnostic : entry.Diagnostic with { Note = $"{entry.Diagnostic.Note} and {entry.More} more" });
        return _leftOut == 0
            ? [.. sorted]
            : [.. sorted, new Diagnostic(DiagnosticCatalog.TooManyErrors.Code, Severity.Error, sources.First.File, default, $"{_leftOut} more errors are not listed")];
    }
}
