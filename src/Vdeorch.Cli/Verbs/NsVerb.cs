using System.CommandLine;
using Vdeorch.Cli.Plugging;
using Vdeorch.Engine.Api;

namespace Vdeorch.Cli.Verbs;

/// <summary>vdens' job, with its options. Reads its line itself: see <see cref="ParsedLine"/>.</summary>
static class NsVerb
{
    public const string Name = "ns";

    /// <summary>For help and completion.</summary>
    public static Command Create(Session session)
    {
        Argument<string[]> words = new("UVDEL|CMD")
        {
            Description = "A network and a command; or several networks, '--' and a command; or '--' and a command alone. 'no' is no network, '=CMD' a program that speaks the stream framing",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Command verb = new(Name, "Run a command in a network namespace plugged into networks, as vdens does") { words };
        foreach (LineOption option in NsLine.Options)
        {
            verb.Add(option.ToOption());
        }

        verb.SetAction(_ => Run(session) ?? ExitCodes.Usage);
        return verb;
    }

    /// <returns>Null: help is asked for.</returns>
    public static int? Run(Session session)
    {
        ParsedLine parsed = ParsedLine.Read(session.Arguments.AsSpan()[1..], NsLine.Options);
        if (parsed.AsksForHelp)
        {
            return null;
        }

        return NsLine.Of(parsed, Environment.GetEnvironmentVariable, out string? problem) is { } line ? NsRun.Run(line, session) : UsageErrors.Report([problem!], $"vdeorch {Name}", session.Terminal);
    }
}
