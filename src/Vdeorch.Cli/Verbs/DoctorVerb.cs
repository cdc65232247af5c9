using System.Collections.Immutable;
using System.CommandLine;
using Vdeorch.Cli.Hosts;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Cli.Verbs;

/// <summary>What this host can do and what it lacks, each with what to type. Only reads.</summary>
static class DoctorVerb
{
    public static Command Create(Session session)
    {
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json);
        Command verb = new("doctor", "Say what this host lacks and how to put it right") { output };
        verb.SetAction(parsed => Run(session, parsed.GetValue(output)));
        return verb;
    }

    static int Run(Session session, OutputFormat format)
    {
        HostFacts host = HostFacts.Gather(RunDirectory.FromEnvironment());
        ImmutableArray<Finding> findings = Examination.Of(host);
        bool able = findings.All(finding => finding.Verdict != Verdict.Fail);
        if (format == OutputFormat.Json)
        {
            DoctorReport report = new(
                JsonFormat.Current, host.IsRoot ? "root" : "rootless", able,
                [.. findings.Select(finding => new FindingLine(finding.Subject, DoctorView.Word(finding.Verdict), finding.Found, finding.Fix))]);
            DataWriter.Write(session.Terminal.Out, format, report, CliJson.Default.DoctorReport);
        }
        else
        {
            DoctorView.Write(findings, host.IsRoot, session.Terminal.Out, session.Terminal.Ink);
        }

        return able ? ExitCodes.Ok : ExitCodes.HostCannot;
    }
}
