using System.CommandLine;
using Vdeorch.Cli.Plugging;
using Vdeorch.Engine.Api;

namespace Vdeorch.Cli.Verbs;

/// <summary>vde_switch's job, with its options. Reads its line itself: see <see cref="ParsedLine"/>.</summary>
static class SwitchVerb
{
    public const string Name = "switch";

    /// <summary>For help and completion.</summary>
    public static Command Create(Session session)
    {
        Command verb = new(Name, "Run a switch that any VDE client can join, as vde_switch does");
        foreach (LineOption option in SwitchLine.Options)
        {
            verb.Add(option.ToOption());
        }

        verb.SetAction(_ => Run(session) ?? ExitCodes.Usage);
        return verb;
    }

    /// <returns>Null: help is asked for.</returns>
    public static int? Run(Session session)
    {
        ParsedLine parsed = ParsedLine.Read(session.Arguments.AsSpan()[1..], SwitchLine.Options, oneDashWillDo: true);
        if (parsed.AsksForHelp)
        {
            return null;
        }

        if (SwitchLine.Of(parsed, out string? problem) is not { } line)
        {
            UsageErrors.Report([problem!], $"vdeorch {Name}", session.Terminal);
            // What vde_switch exits with.
            return ExitCodes.Failed;
        }

        if (line.AsksForVersion)
        {
            session.Terminal.Out.WriteLine($"vdeorch {System.Text.Encoding.UTF8.GetString(Release.Utf8)}");
            return ExitCodes.Ok;
        }

        return SwitchRun.Run(line, session);
    }
}
