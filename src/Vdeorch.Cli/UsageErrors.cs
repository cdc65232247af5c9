using System.CommandLine;
using System.CommandLine.Parsing;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Engine.Api;

namespace Vdeorch.Cli;

/// <summary>A command line that was not understood: what, what was perhaps meant, where to read on.</summary>
static class UsageErrors
{
    /// <returns>Nothing when the line was understood.</returns>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        CommandResult result = parsed.CommandResult;
        string[] options = [.. MistakenOptions(parsed), .. parsed.UnmatchedTokens.Where(IsOption)];
        if (options.Length > 0)
        {
            // What follows an unknown option may have been its value, so nothing is said about it.
            return [.. options.Select(token => $"unknown option '{token}'{Suggest(token, result.Command.Options.Where(option => !option.Hidden).Select(option => option.Name))}").Distinct()];
        }

        if (parsed.UnmatchedTokens is [var first, ..])
        {
            string[] verbs = [.. result.Command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name)];
            return [verbs.Length == 0 ? $"unexpected argument '{first}'" : $"unknown verb '{first}'{Suggest(first, verbs) ?? $"; known: {string.Join(", ", verbs)}"}"];
        }

        // What is wrong with an option explains what seems to be missing.
        return [.. parsed.Errors.OrderBy(error => error.SymbolResult is CommandResult).Select(error => Reword(error, result)).Distinct()];
    }

    public static int Report(IReadOnlyList<string> messages, ParseResult parsed, Terminal terminal) => Report(messages, Path(parsed.CommandResult), terminal);

    public static int Report(IReadOnlyList<string> messages, string path, Terminal terminal)
    {
        foreach (string message in messages)
        {
            terminal.Error.WriteLine($"{path}: {Ink.Harmless(message)}");
        }

        terminal.Error.WriteLine($"Try '{path} --help'.");
        return ExitCodes.Usage;
    }

    // The parser takes an option it does not know for an argument; after "--" it may be one, and all of exec's command is.
    static IEnumerable<string> MistakenOptions(ParseResult parsed)
    {
        string[] plain = [.. parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value)];
        return parsed.CommandResult.Command.Arguments
            .Where(argument => !argument.CaptureRemainingTokens)
            .SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? [])
            .Select(token => token.Value)
            .Where(value => IsOption(value) && plain.Contains(value));
    }

    static bool IsOption(string token) => token.StartsWith('-') && token.Length > 1;

    static string? Suggest(string token, IEnumerable<string> candidates) =>
        Spelling.Nearest(token, candidates) is { } near ? $"; did you mean '{near}'?" : null;

    static string Reword(ParseError error, CommandResult result) => error.SymbolResult switch
    {
        ArgumentResult { Tokens.Count: 0 } empty when empty.Parent == result => $"{empty.Argument.Name} is missing",
        OptionResult { Tokens.Count: 0 } option => $"{option.Option.Name} needs a value",
        CommandResult { Command.Subcommands.Count: > 0 } => "a verb is needed",
        CommandResult { Command.Arguments: [{ Arity.MinimumNumberOfValues: > 0 } missing, ..] } => $"{missing.Name} is missing",
        _ => error.Message,
    };

    static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "vdeorch";
}
