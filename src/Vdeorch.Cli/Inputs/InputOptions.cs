using System.CommandLine;
using System.CommandLine.Parsing;
using Vdeorch.Model.Reading;

namespace Vdeorch.Cli.Inputs;

/// <summary>The words of verbs that read a topology: <c>FILE</c>, or several <c>-f FILE</c> that lie over each other, with <c>--set</c> and <c>--vars</c>.</summary>
sealed class InputOptions
{
    readonly Argument<string[]> file;

    readonly Option<string[]> files = new("--file", "-f")
    {
        Description = "In place of FILE, and more than once: each file is laid over those before it",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = false,
    };

    readonly Option<GivenVariable[]> set = new("--set") { Description = "Give a variable of the file its value", HelpName = "NAME=VALUE", AllowMultipleArgumentsPerToken = false, CustomParser = ParseSet };

    readonly Option<string[]> variables = new("--vars") { Description = "A file of values for variables: NAME: VALUE", HelpName = "FILE", AllowMultipleArgumentsPerToken = false };

    InputOptions(bool several) => file = new(Arguments.FileName)
    {
        Description = several ? "Topology files; '-' reads standard input" : "A topology file; '-' reads standard input",
        Arity = new ArgumentArity(0, several ? 1_000 : 1),
        CustomParser = argument => [.. argument.Tokens.Select(token => token.Value)],
    };

    /// <summary>Adds them to a verb.</summary>
    /// <param name="several">The verb takes several files by themselves, each a topology of its own.</param>
    public static InputOptions AddTo(Command verb, bool several = false)
    {
        InputOptions options = new(several);
        verb.Add(options.file);
        verb.Add(options.files);
        verb.Add(options.set);
        verb.Add(options.variables);
        verb.Validators.Add(options.Check);
        return options;
    }

    /// <summary>The one topology that was meant.</summary>
    public InputWords One(ParseResult parsed) => All(parsed)[0];

    /// <summary>Every topology that was meant: each FILE is one, all of <c>-f</c> together are one.</summary>
    public InputWords[] All(ParseResult parsed)
    {
        GivenVariable[] given = parsed.GetValue(set) ?? [];
        string[] from = parsed.GetValue(variables) ?? [];
        return parsed.GetValue(files) is { Length: > 0 } over
            ? [new InputWords([.. over], [.. from], [.. given])]
            : [.. (parsed.GetValue(file) ?? []).Select(name => new InputWords([name], [.. from], [.. given]))];
    }

    void Check(CommandResult result)
    {
        bool hasFile = result.GetResult(file)?.Tokens.Count > 0;
        bool hasFiles = result.GetResult(files)?.Tokens.Count > 0;
        // An option without its value is the mistake then, and is said to be.
        if (!hasFile && !hasFiles && !result.Children.OfType<OptionResult>().Any(option => option.Tokens.Count < option.Option.Arity.MinimumNumberOfValues))
        {
            result.AddError($"{Arguments.FileName} is missing");
        }
        else if (hasFile && hasFiles)
        {
            result.AddError($"{result.GetResult(file)!.Tokens[0].Value} and -f exclude each other: write -f before each of the files");
        }

        string[] stdin = [.. new[] { result.GetResult(file)?.Tokens, result.GetResult(files)?.Tokens, result.GetResult(variables)?.Tokens }
            .OfType<IReadOnlyList<Token>>().SelectMany(tokens => tokens).Select(token => token.Value).Where(value => value == FileReader.StandardInput)];
        if (stdin.Length > 1)
        {
            result.AddError("'-' stands for standard input, which can be read only once");
        }
    }

    static GivenVariable[] ParseSet(ArgumentResult argument)
    {
        List<GivenVariable> given = [];
        foreach (Token token in argument.Tokens)
        {
            int equals = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                argument.AddError($"--set: '{token.Value}' is not of the form NAME=VALUE");
                return [];
            }

            given.Add(new GivenVariable(token.Value[..equals], token.Value[(equals + 1)..], $"--set {token.Value}"));
        }

        return [.. given];
    }
}
