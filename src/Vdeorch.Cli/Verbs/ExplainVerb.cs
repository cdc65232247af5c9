using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Completions;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Plugging;
using Vdeorch.Cli.Terminals;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Cli.Verbs;

/// <summary>What a diagnostic means, what a kind of object or a key takes, what a locator comes to. Touches nothing.</summary>
static class ExplainVerb
{
    const string Name = "explain";

    public static Command Create(Session session)
    {
        Argument<string> subject = new("CODE|KIND|KEY|UVDEL")
        {
            Description = "The code of a diagnostic, a kind of object, a key of topology files, a locator's scheme, or a locator",
            CompletionSources = { _ => Words.Distinct().Order(StringComparer.Ordinal).Select(word => new CompletionItem(word)) },
        };
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json);
        Command verb = new(Name, "Say what a diagnostic's code, a kind of object, a key or a locator means") { subject, output };
        verb.SetAction(parsed => Run(session, parsed.GetRequiredValue(subject), parsed.GetValue(output)));
        return verb;
    }

    static IEnumerable<string> Words => KindReference.All.Select(kind => kind.Kind).Concat(WordReference.All).Concat(UvdelSchemes.All.Select(scheme => scheme.Name));

    static int Run(Session session, string subject, OutputFormat format)
    {
        // A locator without a scheme is a path; whatever else is one word is a code or the name of something, as is the key `<-`.
        WordReference? key = WordReference.Find(subject);
        if (key is null && (!subject.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') || subject.Length == 0))
        {
            return ExplainLocator(session.Terminal, subject, format);
        }

        if (DiagnosticCatalog.Find(subject) is { } code)
        {
            CodeReport report = new(JsonFormat.Current, code.Code, code.Severity == Severity.Error ? "error" : "warning", code.Title, code.Explanation);
            return Write(session.Terminal, format, report, CliJson.Default.CodeReport, ExplainView.Write);
        }

        KindReference? kind = KindReference.Find(subject);
        UvdelScheme? scheme = UvdelSchemes.Find(subject);
        if (kind is null && scheme is null && key is null)
        {
            string hint = Spelling.Nearest(subject, Words.Concat(DiagnosticCatalog.All.Select(one => one.Code))) is { } near ? $"did you mean '{near}'?" : $"kinds: {string.Join(", ", KindReference.All.Select(one => one.Kind))}; keys and codes are in docs/language.md";
            return UsageErrors.Report([$"'{subject}' is no code, no kind of object, no key, no scheme and no locator; {hint}"], $"vdeorch {Name}", session.Terminal);
        }

        return Write(session.Terminal, format, new KindReport(JsonFormat.Current, kind, key, scheme is null ? null : Explanation.Of(scheme)), CliJson.Default.KindReport, ExplainView.Write);
    }

    static int ExplainLocator(Terminal terminal, string text, OutputFormat format)
    {
        if (UvdelParser.ParseStrict(text, out ImmutableArray<UvdelProblem> problems) is { } read)
        {
            return Write(terminal, format, Explanation.Of(read), CliJson.Default.LocatorReport, ExplainView.Write);
        }

        Uvdel? compatible = UvdelParser.ParseCompatible(text, new UvdelFiles(), out _);
        // What the plugs would refuse in the end is not read silently.
        string? effective = compatible is null ? null : UvdelEffect.Of(compatible).ToString();
        bool isSwallowed = effective is not null && UvdelParser.ParseStrict(effective, out _) is not null;
        LocatorProblems report = new(
            JsonFormat.Current, text, [.. problems.Select(problem => new LocatorProblemLine(problem.At.Start + 1, problem.At.Length, problem.Message))], isSwallowed ? effective : null);
        if (format == OutputFormat.Json)
        {
            DataWriter.Write(terminal.Out, format, report, CliJson.Default.LocatorProblems);
        }
        else
        {
            ExplainView.Write(report, terminal.Error, terminal.ErrorInk);
        }

        return ExitCodes.Invalid;
    }

    static int Write<T>(Terminal terminal, OutputFormat format, T report, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, Action<T, TextWriter, Ink> view)
    {
        if (format == OutputFormat.Json)
        {
            DataWriter.Write(terminal.Out, format, report, type);
        }
        else
        {
            view(report, terminal.Out, terminal.Ink);
        }

        return ExitCodes.Ok;
    }
}
