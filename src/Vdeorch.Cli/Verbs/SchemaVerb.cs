using System.CommandLine;
using Vdeorch.Cli.Outputs;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Cli.Verbs;

/// <summary>The JSON Schema of topology files, for editors.</summary>
static class SchemaVerb
{
    public static Command Create(Session session)
    {
        // A schema is JSON whatever is asked for; the option is there so that "-o json" works everywhere.
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Json);
        Command verb = new("schema", "Print the JSON Schema of topology files") { output };
        verb.SetAction(_ =>
        {
            session.Terminal.Out.WriteLine(TopologySchema.Generate().TrimEnd('\n'));
            return ExitCodes.Ok;
        });
        return verb;
    }
}
