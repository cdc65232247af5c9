using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Formatting;
using Vdeorch.Model.Reading;

namespace Vdeorch.Cli.Verbs;

/// <summary>Writes topology files anew in their canonical form, or says which are not in it.</summary>
static class FmtVerb
{
    public static Command Create(Session session)
    {
        Argument<string[]> files = new(Arguments.FileName)
        {
            Description = "Topology files, overlays and fragments; '-' or none: from standard input to standard output",
            Arity = new ArgumentArity(0, 1_000),
            CustomParser = argument => [.. argument.Tokens.Select(token => token.Value)],
        };
        Option<bool> check = new("--check") { Description = "Write nothing; exit 2 when a file would change" };
        Option<bool> diff = new("--diff") { Description = "Write nothing; print what would change" };
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json);
        Command verb = new("fmt", "Write topology files in their canonical form") { files, check, diff, output };
        verb.Validators.Add(result =>
        {
            string[] names = [.. result.GetResult(files)?.Tokens.Select(token => token.Value) ?? []];
            if (names.Length == 0 && session.Terminal.InIsTerminal)
            {
                result.AddError($"{Arguments.FileName} is missing; '-' reads standard input");
            }
            else if (names.Length > 1 && names.Contains(FileReader.StandardInput))
            {
                result.AddError("'-' stands alone: its result goes to standard output");
            }
        });
        verb.SetAction(parsed => Run(session, parsed.GetValue(files) is { Length: > 0 } names ? names : [FileReader.StandardInput],
            new Wish(parsed.GetValue(check), parsed.GetValue(diff), parsed.GetValue(output))));
        return verb;
    }

    static int Run(Session session, string[] names, Wish wish)
    {
        // All are read before any is written: a mistake in one leaves all as they are.
        List<Diagnostic> wrong = [];
        Formatted[] files = [.. names.Select(name => Read(name, wrong)).OfType<Formatted>()];
        if (wrong.Count > 0)
        {
            return Invalid.Report([.. wrong], session, wish.Output);
        }

        bool isStdin = names is [FileReader.StandardInput];
        bool writes = !wish.Check && !wish.Diff && !isStdin;
        foreach (Formatted file in files)
        {
            if (file.Result.IsLeftAlone)
            {
                session.Terminal.Say($"{file.Name} is left as it is: it has what fmt does not touch (keys behind '?', pairs in lists, a document beside its '---' and the like)");
            }

            if (writes && file.IsChanged)
            {
                RewrittenFile.Write(file.Name, file.Text);
            }
        }

        if (wish.Output == OutputFormat.Json)
        {
            FormatReport report = new(JsonFormat.Current, [.. files.Select(file => new FormatLine(file.File.Name, file.IsChanged, writes && file.IsChanged,
                isStdin && !wish.Check && !wish.Diff ? file.Text : null, wish.Diff && file.IsChanged ? file.Diff : null))]);
            DataWriter.Write(session.Terminal.Out, wish.Output, report, CliJson.Default.FormatReport);
        }
        else
        {
            session.Terminal.Out.Write(string.Concat(files.Where(file => file.IsChanged || (isStdin && !wish.Check && !wish.Diff))
                .Select(file => wish.Diff ? file.Diff : isStdin && !wish.Check ? file.Text : $"{file.File.Name}\n")));
        }

        return wish.Check && files.Any(file => file.IsChanged) ? ExitCodes.Differences : ExitCodes.Ok;
    }

    static Formatted? Read(string name, List<Diagnostic> wrong)
    {
        if (FileReader.Load(name, wrong) is not { } file)
        {
            return null;
        }

        FormatResult result = TopologyFormatter.Format(file);
        wrong.AddRange(result.Diagnostics);
        return result.Text is null ? null : new Formatted(name, file, result);
    }

    sealed record Wish(bool Check, bool Diff, OutputFormat Output);

    /// <param name="Name">As typed.</param>
    sealed record Formatted(string Name, InputFile File, FormatResult Result)
    {
        public string Text => Result.Text!;

        // Of one that is left alone not even a byte order mark goes.
        public bool IsChanged => !Result.IsLeftAlone && !File.Utf8.Span.SequenceEqual(Encoding.UTF8.GetBytes(Text));

        public string Diff => UnifiedDiff.Of(File.Name, File.Text, Text);
    }
}
