using System.Globalization;
using Vdeorch.Cli.Terminals;
using Vdeorch.Engine.Api;

namespace Vdeorch.Cli.Views;

/// <summary>What the probes of the checks found.</summary>
static class CheckView
{
    /// <param name="everyProbe">False: a check that passed gets one line, however many probes it made.</param>
    public static void Write(IReadOnlyCollection<CheckResult> checks, bool everyProbe, TextWriter into, Ink ink)
    {
        if (checks.Count == 0)
        {
            return;
        }

        TextTable table = new("CHECK", "RESULT", "PROBE", "OUTCOME");
        foreach (CheckResult check in checks)
        {
            if (check.Passed && !everyProbe && check.Probes.Length != 1)
            {
                table.Add(check.Name, Verdict(true), Words.Count(check.Probes.Length, "probe"), Slowest(check));
                continue;
            }

            foreach (ProbeResult probe in check.Probes.Where(probe => everyProbe || check.Passed || !probe.Passed))
            {
                table.Add(check.Name, Verdict(probe.Passed), probe.Probe, probe.Outcome);
            }
        }

        table.Write(into, ink);
    }

    public static string Summary(IReadOnlyCollection<CheckResult> checks)
    {
        int failed = checks.Count(check => !check.Passed);
        return failed == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Words.Count(checks.Count, "check")} passed.")
            : string.Create(CultureInfo.InvariantCulture, $"{failed} of {Words.Count(checks.Count, "check")} failed.");
    }

    static Cell Verdict(bool passed) => passed ? new Cell("ok", Colour.Good) : new Cell("FAILED", Colour.Bad);

    static string Slowest(CheckResult check) => check.Probes.Max(probe => probe.RoundTripMs) is { } slowest
        ? string.Create(CultureInfo.InvariantCulture, $"as expected, slowest reply in {slowest:0.00} ms")
        : "as expected";
}
