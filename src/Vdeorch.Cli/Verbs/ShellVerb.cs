using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Engine.Entering;

namespace Vdeorch.Cli.Verbs;

/// <summary>The user's shell, in a namespace.</summary>
static class ShellVerb
{
    public static Command Create(Session session)
    {
        Argument<NamespacePath> ns = Arguments.Namespace();
        Command verb = new("shell", "Open your shell in a namespace; $VDEORCH_NAMESPACE says which") { ns };
        verb.SetAction((parsed, ct) => RunAsync(session, parsed.GetRequiredValue(ns), ct));
        return verb;
    }

    static Task<int> RunAsync(Session session, NamespacePath ns, CancellationToken ct)
    {
        string? wished = Environment.GetEnvironmentVariable("SHELL");
        Environment.SetEnvironmentVariable("VDEORCH_NAMESPACE", ns.ToString());
        session.Terminal.Flush();
        session.Interrupt.LeaveToChild();
        return NamespaceEntry.ExecAsync(session.Run, ns.Topology, ns.Namespace!, [string.IsNullOrEmpty(wished) ? "/bin/sh" : wished], ct);
    }
}
