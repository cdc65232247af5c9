using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Completions;

namespace Vdeorch.Cli.Completions;

/// <summary>One verb as a completion script knows it, read off the command tree.</summary>
/// <param name="Path">The words before: empty for the program itself, <c>engine</c>, <c>engine run</c>.</param>
/// <param name="Argument">What its first argument completes to.</param>
sealed record VerbWords(string Path, string Description, ImmutableArray<OptionWords> Options, ImmutableArray<string> Subverbs, ArgumentKind Argument, ImmutableArray<string> Choices)
{
    /// <summary>The whole tree, hidden verbs and options left out, parents first.</summary>
    public static IEnumerable<VerbWords> Of(Command command, string path = "", ImmutableArray<OptionWords> inherited = default)
    {
        ImmutableArray<OptionWords> above = inherited.IsDefault ? [] : inherited;
        ImmutableArray<OptionWords> own = [.. command.Options.Where(option => !option.Hidden).Select(OptionWords.Of)];
        Command[] subverbs = [.. command.Subcommands.Where(verb => !verb.Hidden)];
        Argument? argument = command.Arguments.FirstOrDefault();
        ImmutableArray<string> choices = argument is null ? [] : [.. argument.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];
        yield return new VerbWords(path, command.Description ?? "", [.. own, .. above], [.. subverbs.Select(verb => verb.Name)], Kind(argument), choices);

        ImmutableArray<OptionWords> below = [.. above, .. command.Options.Where(option => option is { Hidden: false, Recursive: true }).Select(OptionWords.Of)];
        foreach (VerbWords words in subverbs.SelectMany(verb => Of(verb, path.Length == 0 ? verb.Name : $"{path} {verb.Name}", below)))
        {
            yield return words;
        }
    }

    static ArgumentKind Kind(Argument? argument) => argument?.Name switch
    {
        Inputs.Arguments.FileName => ArgumentKind.File,
        Inputs.Arguments.TopologyName => ArgumentKind.Topology,
        Inputs.Arguments.TopologyOrFileName => ArgumentKind.TopologyOrFile,
        Inputs.Arguments.NamespaceName => ArgumentKind.Namespace,
        Inputs.Arguments.ServiceName => ArgumentKind.Service,
        Inputs.Arguments.SwitchName => ArgumentKind.Switch,
        Inputs.Arguments.TargetName => ArgumentKind.Target,
        Inputs.Arguments.TopologyOrTargetName => ArgumentKind.TopologyOrTarget,
        _ => ArgumentKind.None,
    };
}

/// <param name="Values">The words it takes; empty when it takes none or anything.</param>
sealed record OptionWords(ImmutableArray<string> Names, string Description, ImmutableArray<string> Values)
{
    public static OptionWords Of(Option option) => new(
        [.. option.Aliases.Prepend(option.Name).Where(name => name.StartsWith('-') && !name.Contains('?', StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
        option.Description ?? "",
        option.ValueType == typeof(bool) ? [] : [.. option.GetCompletions(CompletionContext.Empty).Select(item => item.Label)]);
}

enum ArgumentKind
{
    None,
    File,
    Topology,
    TopologyOrFile,
    Namespace,
    Service,
    Switch,
    Target,
    TopologyOrTarget,
}
