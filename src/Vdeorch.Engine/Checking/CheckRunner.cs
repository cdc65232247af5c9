using System.Collections.Immutable;
using Vdeorch.Engine.Api;
using Vdeorch.Linux;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Checking;

/// <summary>Runs the checks of a file. Each probe is tried again until it comes out as expected or its time is up.</summary>
/// <param name="explain">Asked why a probe had no answer: what is known of that, for people; null when nothing is.</param>
internal sealed class CheckRunner(Prober prober, Func<Probe, string?> explain, TimeProvider clock)
{
    // A mesh of hundreds must not hold tens of thousands of sockets at once.
    const int AtOnce = 64;

    static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(50);

    /// <param name="report">Called once for each check, in the file's order.</param>
    /// <returns>True when all passed.</returns>
    public async Task<bool> RunAsync(ImmutableArray<CheckSpec> checks, Action<CheckResult> report, CancellationToken ct)
    {
        using SemaphoreSlim slots = new(AtOnce);
        (CheckSpec Check, Task<ProbeResult[]> Probes)[] running =
            [.. checks.Select(check => (check, Task.WhenAll(check.Probes.Select(probe => ProveAsync(check, probe, slots, ct)))))];
        bool allPassed = true;
        foreach ((CheckSpec check, Task<ProbeResult[]> probes) in running)
        {
            ProbeResult[] results = await probes;
            bool passed = results.All(result => result.Passed);
            allPassed &= passed;
            report(new CheckResult(check.Name, passed, [.. results]));
        }

        return allPassed;
    }

    async Task<ProbeResult> ProveAsync(CheckSpec check, Probe probe, SemaphoreSlim slots, CancellationToken ct)
    {
        await slots.WaitAsync(ct);
        try
        {
            bool wantsAnswer = check.Expect == Expectation.Ok;
            long began = clock.GetTimestamp();
            TimeSpan patience = Prober.Patience;
            while (true)
            {
                ProbeTry found = await prober.TryAsync(probe, patience, ct);
                bool passed = wantsAnswer ? found.Reached : !found.HasAnswered;
                if (passed || clock.GetElapsedTime(began) >= check.Within)
                {
                    string outcome = passed ? found.Outcome : $"{found.Outcome} (tried for {Durations.Print(check.Within)}){(wantsAnswer ? Why(probe, found) : ", expected blocked")}";
                    return new ProbeResult(probe.ToString(), passed, outcome, found.RoundTripMs);
                }

                await Task.Delay(s_between, clock, ct);
                patience = wantsAnswer ? Longer(patience, check.Within - clock.GetElapsedTime(began)) : patience;
            }
        }
        catch (Exception refused) when (refused is LinuxException or IOException or System.Net.Sockets.SocketException)
        {
            return new ProbeResult(probe.ToString(), false, refused.Message, null);
        }
        finally
        {
            slots.Release();
        }
    }

    // An answer may be longer under way than one try waits at first: from the moon, say. What is asked, is asked anew each second all the same: a way may open at any moment.
    static TimeSpan Longer(TimeSpan patience, TimeSpan left) => left <= Prober.Patience ? Prober.Patience : patience * 2 < left ? patience * 2 : left;

    // Whoever answers has been reached.
    string Why(Probe probe, ProbeTry found) => !found.HasAnswered && explain(probe) is { } known ? $"; {known}" : "";
}
