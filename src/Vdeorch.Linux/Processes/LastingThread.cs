using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Vdeorch.Linux.Processes;

/// <summary>
/// A thread that lives as long as the process, in the namespaces the process had when it was first needed. Threads of the pool end when they are idle,
/// and the kernel takes the end of the thread that started a process for the end of its parent.
/// </summary>
/// <remarks>PR_SET_PDEATHSIG in prctl(2)</remarks>
static class LastingThread
{
    static readonly Lazy<BlockingCollection<Action>> s_work = new(Start);

    /// <summary>Waits for what it returns, or throws.</summary>
    public static T Run<T>(Func<T> what)
    {
        using ManualResetEventSlim done = new();
        T result = default!;
        ExceptionDispatchInfo? thrown = null;
        s_work.Value.Add(() =>
        {
            try
            {
                result = what();
            }
            catch (Exception e) when (e is LinuxException or IOException or ArgumentException or InvalidOperationException)
            {
                thrown = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                done.Set();
            }
        });
        done.Wait();
        thrown?.Throw();
        return result;
    }

    static BlockingCollection<Action> Start()
    {
        BlockingCollection<Action> work = [];
        new Thread(() =>
        {
            foreach (Action one in work.GetConsumingEnumerable())
            {
                one();
            }
        })
        { IsBackground = true, Name = "vdeorch-parent" }.Start();
        return work;
    }
}
