using System.Diagnostics;
using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>Waits for conditions, never for a duration.</summary>
static class Wait
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    /// <summary>Fails with <paramref name="what"/> when the condition does not come true in time.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan? patience = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > (patience ?? s_patience))
            {
                Assert.Fail($"not within {(patience ?? s_patience).TotalSeconds} s: {what}");
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public static Task UntilAsync(string what, Func<bool> condition, TimeSpan? patience = null) =>
        UntilAsync(what, () => Task.FromResult(condition()), patience);
}
