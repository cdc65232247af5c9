using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Expanding;
using Vdeorch.Model.Reading.Rereading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading;

/// <summary>What reading one file carries along: where errors go, and what expressions can see at this place.</summary>
internal sealed class ReadContext
{
    // Suggestions for a file full of mistakes must not cost more than reading it.
    int _comparisonsLeft = 200_000;

    public ReadContext() => Bag = new DiagnosticBag(Sources);

    public SourceSet Sources { get; } = new();

    public DiagnosticBag Bag { get; }

    /// <summary>The topology's name, as far as it is known; empty while it is not.</summary>
    public string Topology { get; set; } = "";

    /// <summary>Null: nobody asks about key files.</summary>
    public IKeyFiles? Keys { get; init; }

    /// <summary>Whether names of files may climb out of the directory of the file they stand in.</summary>
    public bool MayClimb { get; set; }

    /// <summary>The files that the topology copies.</summary>
    public Contents Contents { get; init; } = new(new KnownFragments([], null));

    /// <summary>Whether what was said depends on key files, which may be others by now.</summary>
    public bool HasLookedAtKeys { get; set; }

    /// <summary>What another reading has left; null: it is read as if it were the first.</summary>
    public Reread? Reread { get; init; }

    public Scope Scope { get; set; }

    /// <summary>Templates that something uses: what is wrong in one is wrong for somebody.</summary>
    public ExtentSet Templates { get; } = new();

    /// <summary>The object being read; leads every message.</summary>
    public ResourceId? Subject { get; set; }

    /// <summary>Made when first needed: a file without expressions does not wait for Scriban to start.</summary>
    public ExpressionEvaluator Expressions => field ??= new ExpressionEvaluator();

    public void Report(DiagnosticCode code, TextRange at, string message, string? suggestion = null) =>
        Bag.Add(code, at, Subject is { } subject ? $"{subject}: {message}" : message, suggestion, NoteAt(at, Scope.Note, Scope.Namespace));

    /// <summary>For rules that look at many objects at once.</summary>
    public void Report(DiagnosticCode code, TextRange at, ResourceId subject, string? note, string message, string? suggestion = null) =>
        Bag.Add(code, at, $"{subject}: {message}", suggestion, NoteAt(at, note, subject.Name.Split('/')[0]));

    // While expanding what, and in which inclusion of a fragment.
    string? NoteAt(TextRange at, string? note, string? user)
    {
        note ??= user is not null && Templates.Contains(at) ? $"while expanding {user}" : null;
        return Sources[at].Part.Note is not { } inclusion ? note : note is null ? inclusion : $"{note}, {inclusion}";
    }

    /// <summary>The absolute path of a file that is named relative to the directory of the file it stands in. One that climbs out of it is reported.</summary>
    /// <param name="path">An absolute path, and one that begins with <c>~</c>, stays as it is.</param>
    public string FileNamed(Located<string> path) => FileInside(path) ?? path.Value;

    /// <inheritdoc cref="FileNamed"/>
    /// <returns>Null when it was reported.</returns>
    public string? FileInside(Located<string> path)
    {
        if (path.Value.Length == 0 || path.Value[0] is '/' or '~')
        {
            return path.Value;
        }

        // What is above the root of a file system is the root.
        List<string> parts = MayClimb ? [.. Sources[path.At].Directory.Split('/', StringSplitOptions.RemoveEmptyEntries)] : [];
        foreach (string part in path.Value.Split('/').Where(part => part is not ("" or ".")))
        {
            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (!MayClimb)
            {
                Report(DiagnosticCatalog.BadPath, path.At, $"{Quoted.Text(path.Value)} lies outside the directory of the topology file",
                    $"move the file there, give its absolute path, or allow it: policy: {{ paths: anywhere }}{(Sources[path.At].Part.Note is null ? "" : ", in the topology that includes this")}");
                return null;
            }
        }

        return MayClimb ? $"/{string.Join('/', parts)}" : $"{Sources[path.At].Directory.TrimEnd('/')}/{string.Join('/', parts)}";
    }

    /// <returns>"did you mean 'x'?", else null.</returns>
    public string? DidYouMean(string word, IReadOnlyCollection<string> candidates)
    {
        _comparisonsLeft -= candidates.Count;
        return word.Length <= 64 && _comparisonsLeft >= 0 && EditDistance.Nearest(word, candidates) is { } near ? $"did you mean '{near}'?" : null;
    }
}

/// <param name="Namespace">Null outside of namespaces.</param>
/// <param name="Index">Null outside of replicas.</param>
internal readonly record struct Scope(string? Namespace, int? Index)
{
    public string? Note => Index is null ? null : $"while expanding {Namespace}";
}
