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

    /// <summary>Whether login(1) or sshd started us as somebody's shell, without a command: it puts a dash in front of our name.</summary>
    public static bool IsLoginShell => File.ReadAllText("/proc/self/cmdline") is ['-', ..];

    /// <returns>Null: help is asked for.</returns>
    public static int? Run(Session session) => Run(session.Arguments.AsSpan()[1..], session);

    /// <summary>"vdeorch -c COMMAND": as sshd calls the shell of a user who may do this and nothing else.</summary>
    public static int? RunAsShell(Session session) => Run(session.Arguments.AsSpan(), session);

    public static int RefuseToLogIn(Session session) => PlugRun.Refuse("a session", session);

    static int? Run(ReadOnlySpan<string> words, Session session)
    {
        ParsedLine parsed = ParsedLine.Read(words, PlugLine.Options);
        if (parsed.AsksForHelp)
        {
            return null;
        }

        return PlugLine.Of(parsed, out string? problem) is { } line ? PlugRun.Run(line, session) : UsageErrors.Report([problem!], $"vdeorch {Name}", session.Terminal);
    }
}
