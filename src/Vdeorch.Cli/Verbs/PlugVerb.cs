using System.CommandLine;
using Vdeorch.Cli.Plugging;
using Vdeorch.Engine.Api;

namespace Vdeorch.Cli.Verbs;

/// <summary>vde_plug's job, with its options. Reads its line itself: see <see cref="ParsedLine"/>.</summary>
static class PlugVerb
{
    public const string Name = "plug";

    /// <summary>For help and completion.</summary>
    public static Command Create(Session session)
    {
        Argument<string[]> ends = new("UVDEL|=") { Description = "None or one: joined to standard input and output; two: joined; after '=' a command, joined by pipes", Arity = ArgumentArity.ZeroOrMore };
        Command verb = new(Name, "Join two virtual network locators, or one and a stream of frames, as vde_plug does") { ends };
        foreach (LineOption option in PlugLine.Options)
        {
            verb.Add(option.ToOption());
        }

        verb.SetAction(_ => Run(session) ?? ExitCodes.Usage);
        return verb;
    }

    /// <returns>Null: help is asked for.</returns>
    public static int? Run(Session session)
    {
        ParsedLine parsed = ParsedLine.Read(session.Arguments.AsSpan()[1..], PlugLine.Options);
        if (parsed.AsksForHelp)
        {
            return null;
        }

        return PlugLine.Of(parsed, out string? problem) is { } line ? PlugRun.Run(line, session) : UsageErrors.Report([problem!], $"vdeorch {Name}", session.Terminal);
    }
}
