using System.CommandLine;
using System.CommandLine.Help;
using Vdeorch.Cli.Verbs;

namespace Vdeorch.Cli;

/// <summary>The command tree: a verb is a file in Verbs and a line here.</summary>
static class CommandLine
{
    static readonly Func<Session, Command>[] s_verbs =
    [
        ValidateVerb.Create,
        PlanVerb.Create,
        ApplyVerb.Create,
        ConfirmVerb.Create,
        DestroyVerb.Create,
        StatusVerb.Create,
        ExecVerb.Create,
        ShellVerb.Create,
        LogsVerb.Create,
        CaptureVerb.Create,
        CountersVerb.Create,
        CheckVerb.Create,
        DriftVerb.Create,
        GetVerb.Create,
        ExportVerb.Create,
        ImportVerb.Create,
        RenderVerb.Create,
        FmtVerb.Create,
        PlugVerb.Create,
        ExplainVerb.Create,
        NsVerb.Create,
        SwitchVerb.Create,
        ConsoleVerb.Create,
        SchemaVerb.Create,
        DoctorVerb.Create,
        CompletionVerb.Create,
        EngineVerb.Create,
        CompleteVerb.Create,
    ];

    // "@file" is a name like any other here.
    static readonly ParserConfiguration s_parser = new() { ResponseFileTokenReplacer = null };

    public static RootCommand Tree(Session session)
    {
        RootCommand root = new("Brings up the network that a YAML file describes, and keeps it so.") { HelpName = "vdeorch" };
        root.Directives.Clear();
        foreach (HelpAction help in root.Options.Select(option => option.Action).OfType<HelpAction>())
        {
            // It would ask the runtime's console, which switches the keypad of a terminal for whoever reads keys.
            help.MaxWidth = session.Terminal.OutIsTerminal ? session.Terminal.Size().Width : int.MaxValue;
        }

        foreach (Func<Session, Command> verb in s_verbs)
        {
            root.Add(verb(session));
        }

        return root;
    }

    public static ParseResult Parse(RootCommand tree, IReadOnlyList<string> arguments) => tree.Parse(WithCommandSetOff(arguments), s_parser);

    public static Task<int> RunAsync(Session session)
    {
        // Verbs that read their line themselves, and of which every dpipe starts two: they do not wait for the tree.
        int? done = session.Arguments switch
        {
            [PlugVerb.Name, ..] => PlugVerb.Run(session),
            [NsVerb.Name, ..] => NsVerb.Run(session),
            [SwitchVerb.Name, ..] => SwitchVerb.Run(session),
            ["-c", ..] => PlugVerb.RunAsShell(session),
            [] when PlugVerb.IsLoginShell => PlugVerb.RefuseToLogIn(session),
            _ => null,
        };
        if (done is { } exitCode)
        {
            return Task.FromResult(exitCode);
        }

        ParseResult parsed = Parse(Tree(session), session.Arguments);
        IReadOnlyList<string> errors = UsageErrors.Of(parsed);
        return errors.Count > 0
            ? Task.FromResult(UsageErrors.Report(errors, parsed, session.Terminal))
            : parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = session.Terminal.Out,
                    Error = session.Terminal.Error,
                    // Program.cs has both: exceptions and signals.
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                session.Stopping);
    }

    // exec NAMESPACE git log -- file: the parser would take the command's own "--" for ours, so ours is put in where it was left out.
    static IReadOnlyList<string> WithCommandSetOff(IReadOnlyList<string> arguments) => arguments is [ExecVerb.Name, [not '-', ..] ns, [not '-', ..], ..]
        ? [ExecVerb.Name, ns, "--", .. arguments.Skip(2)]
        : arguments;
}
