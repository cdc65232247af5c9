using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Vdeorch.Model.Values;

namespace Vdeorch.Cli.Inputs;

/// <summary>The arguments and options that several verbs have, so that they are spelt and completed alike.</summary>
static class Arguments
{
    public const string FileName = "FILE";
    public const string TopologyName = "TOPOLOGY";
    public const string TopologyOrFileName = "TOPOLOGY|FILE";
    public const string NamespaceName = "TOPOLOGY/NAMESPACE";
    public const string SwitchName = "TOPOLOGY/MACHINE|TOPOLOGY/SWITCH|SOCKET";
    public const string ServiceName = "TOPOLOGY/NAMESPACE[/VNF]";
    public const string TargetName = "TOPOLOGY/NAME";
    public const string TopologyOrTargetName = "TOPOLOGY[/NAME]";

    public static Argument<string> TopologyOrFile() => new(TopologyOrFileName) { Description = "The name of a running topology, or the file that names it (a word with '.' or '/', or '-')" };

    public static Argument<NamespacePath> Namespace() => new(NamespaceName)
    {
        Description = "A namespace of a running topology",
        CustomParser = argument => Parse(argument, parts: 2),
    };

    public static Argument<NamespacePath> Service() => new(ServiceName)
    {
        Description = "One service, all of a namespace or machine, or (the topology alone) its plug runtime",
        CustomParser = argument => Parse(argument, parts: 3),
    };

    /// <returns>Null when it is not given.</returns>
    public static Option<TimeSpan?> Timeout(TimeSpan standard) => Duration("--timeout", $"Give up after this long: 500ms, 60s, 2m (default: {Durations.Print(standard)})");

    /// <returns>Null when it is not given.</returns>
    /// <param name="longest">Null: any.</param>
    public static Option<TimeSpan?> Duration(string name, string description, TimeSpan? longest = null) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = argument => ParseDuration(argument, name, longest),
    };

    /// <summary>One word of a few.</summary>
    public static Option<string> Choice(string name, string description, params string[] words)
    {
        Option<string> option = new(name) { Description = description, HelpName = string.Join('|', words), CompletionSources = { _ => words.Select(word => new CompletionItem(word)) } };
        option.Validators.Add(result => Require(result, name, words));
        return option;
    }

    public static Argument<string> Choice(string name, params string[] words)
    {
        Argument<string> argument = new(name) { Description = string.Join(", ", words), CompletionSources = { _ => words.Select(word => new CompletionItem(word)) } };
        argument.Validators.Add(result => Require(result, name, words));
        return argument;
    }

    static void Require(SymbolResult result, string name, string[] words)
    {
        if (result.Tokens is [{ Value: var typed }] && !words.Contains(typed))
        {
            result.AddError($"{name}: '{typed}' is none of {string.Join(", ", words)}");
        }
    }

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask" };

    static TimeSpan? ParseDuration(ArgumentResult argument, string option, TimeSpan? longest)
    {
        string typed = argument.Tokens[0].Value;
        bool isDuration = Durations.TryParse(typed, out TimeSpan duration) && duration > TimeSpan.Zero;
        if (isDuration && (longest is null || duration <= longest))
        {
            return duration;
        }

        argument.AddError(isDuration
            ? $"{option}: '{typed}' is longer than {Durations.Print(longest!.Value)}"
            : $"{option}: '{typed}' is not a duration; write a number and a unit, as in 500ms, 60s, 2m");
        return default;
    }

    static NamespacePath Parse(ArgumentResult argument, int parts)
    {
        string typed = argument.Tokens[0].Value;
        string[] names = typed.Split('/');
        int fewest = parts == 2 ? 2 : 1;
        if (names.Length < fewest || names.Length > parts || !names.All(IsName))
        {
            argument.AddError($"'{typed}' is not of the form {argument.Argument.Name}, with names of small letters, digits and '-'");
            return new NamespacePath("", null, null);
        }

        return new NamespacePath(names[0], names.ElementAtOrDefault(1), names.ElementAtOrDefault(2));
    }

    // What can never be a name is no path into the run directory either.
    public static bool IsName(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_') && text[0] != '-';
}

/// <param name="Namespace">Null: the topology as a whole.</param>
/// <param name="Service">Null: all of the namespace.</param>
sealed record NamespacePath(string Topology, string? Namespace, string? Service)
{
    public override string ToString() => string.Join('/', new[] { Topology, Namespace, Service }.OfType<string>());
}
