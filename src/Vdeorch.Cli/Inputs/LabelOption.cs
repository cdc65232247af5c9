using System.CommandLine;
using System.CommandLine.Parsing;
using Vdeorch.Model.Planning;

namespace Vdeorch.Cli.Inputs;

/// <summary>The <c>-l</c> of verbs that show what has labels.</summary>
static class LabelOption
{
    public static Option<LabelSelector> Create() => new("--selector", "-l")
    {
        Description = "Only what has these labels: KEY=VALUE, KEY!=VALUE, KEY or !KEY; all of several, with commas or more than once",
        HelpName = "LABELS",
        AllowMultipleArgumentsPerToken = false,
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => LabelSelector.Everything,
        CustomParser = Parse,
    };

    static LabelSelector Parse(ArgumentResult argument)
    {
        LabelSelector all = LabelSelector.Everything;
        foreach (Token token in argument.Tokens)
        {
            if (LabelSelector.TryParse(token.Value, out string why) is { } one)
            {
                all = all.And(one);
            }
            else
            {
                argument.AddError($"--selector: {why}");
            }
        }

        return all;
    }
}
