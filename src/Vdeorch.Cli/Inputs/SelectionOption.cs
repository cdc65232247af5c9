using System.CommandLine;
using Vdeorch.Model.Planning;

namespace Vdeorch.Cli.Inputs;

/// <summary>The <c>--only</c> of verbs that can do a part of a topology.</summary>
static class SelectionOption
{
    public static Option<Selection> Create() => new("--only", "--target")
    {
        Description = "A part of the topology, and what must change for it: a name, or KIND/NAME; '*' stands for anything; more than once",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = false,
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => Selection.Everything,
        CustomParser = argument => new Selection([.. argument.Tokens.Select(token => token.Value)]),
    };
}
