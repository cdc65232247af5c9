using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Engine.Entering;

namespace Vdeorch.Cli.Verbs;

/// <summary>Runs a program in a namespace. Its streams are ours, its exit code is ours; no engine is asked.</summary>
static class ExecVerb
{
    public const string Name = "exec";

    public static Command Create(Session session)
    {
        Argument<NamespacePath> ns = Arguments.Namespace();
        // All that follows is the command's, its options too, with or without "--" before it.
        Argument<string[]> command = new("CMD") { Description = "The program and its arguments; no shell reads them", Arity = ArgumentArity.OneOrMore, CaptureRemainingTokens = true };
        Command verb = new(Name, "Run a program in a namespace") { ns, command };
        verb.SetAction((parsed, ct) => RunAsync(session, parsed.GetRequiredValue(ns), parsed.GetRequiredValue(command), ct));
        return verb;
    }

    static Task<int> RunAsync(Session session, NamespacePath ns, string[] command, CancellationToken ct)
    {
        session.Terminal.Flush();
        session.Interrupt.LeaveToChild();
        return NamespaceEntry.ExecAsync(session.Run, ns.Topology, ns.Namespace!, [.. command], ct);
    }
}
