using System.CommandLine;
using System.CommandLine.Parsing;
using Vdeorch.Model.Planning;

namespace Vdeorch.Cli.Inputs;

/// <summary>The <c>--only</c> of verbs that can do a part of a topology.</summary>
static class SelectionOption
{
    public static Option<Selection> Create() => new("--only", "--target")
    {
        Description = "A part of the topology, and what must change for it: a name, KIND/NAME, or @LABEL=VALUE; '*' stands for anything; more than once",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = false,
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => Selection.Everything,
        CustomParser = Parse,
    };

    static Selection Parse(ArgumentResult argument)
    {
        foreach (Token token in argument.Tokens.Where(token => token.Value.StartsWith(Selection.LabelMark)))
        {
            if (LabelSelector.TryParse(token.Value[1..], out string why) is null)
            {
                argument.AddError($"--only {token.Value}: {why}");
            }
        }

        return new Selection([.. argument.Tokens.Select(token => token.Value)]);
    }
}
