using System.Collections.Immutable;
using Vdeorch.Cli.Hosts;
using Vdeorch.Cli.Terminals;

namespace Vdeorch.Cli.Views;

static class DoctorView
{
    public static void Write(ImmutableArray<Finding> findings, bool isRoot, TextWriter into, Ink ink)
    {
        TextTable table = new("", "SUBJECT", "FOUND");
        foreach (Finding finding in findings)
        {
            Colour colour = finding.Verdict switch
            {
                Verdict.Ok => Colour.Good,
                Verdict.Warn => Colour.Attention,
                _ => Colour.Bad,
            };
            table.AddWith(finding.Fix is { } fix ? [$"fix: {ink.Bold(Ink.Harmless(fix))}"] : [], new Cell(Word(finding.Verdict), colour), finding.Subject, finding.Found);
        }

        table.Write(into, ink);
        into.WriteLine();
        int failed = findings.Count(finding => finding.Verdict == Verdict.Fail);
        string mode = isRoot ? "as root" : "rootless";
        into.WriteLine(failed == 0 ? $"This host can run topologies {mode}." : $"This host cannot run topologies {mode}: {Words.Count(failed, "thing")} to put right.");
    }

    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.Warn => "warn",
        _ => "fail",
    };
}
