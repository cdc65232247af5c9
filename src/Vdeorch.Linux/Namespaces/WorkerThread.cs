using System.Collections.Concurrent;

namespace Vdeorch.Linux.Namespaces;

/// <summary>A thread that does what it is given, one after the other. Started by whoever makes it, and so in its namespaces.</summary>
internal sealed class WorkerThread : IDisposable
{
    readonly BlockingCollection<Action> _calls = [];
    readonly Thread _thread;

    public WorkerThread(string name)
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Where results are handed over; null: here. Handing one over may make the pool start a thread, which is born in the namespaces of whoever
    /// started it: a thread that stands elsewhere must leave that to one at home.</summary>
    public WorkerThread? CompleteOn { get; set; }

    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Queues the work. Its exception becomes the task's.</summary>
    /// <exception cref="ObjectDisposedException">No more work is taken.</exception>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        // Continuations run on the pool: this thread must not run a caller's code where the caller does not expect it.
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<T> task = done.Task;
        try
        {
            _calls.Add(() => Complete(work, done));
        }
        catch (InvalidOperationException) when (_calls.IsAddingCompleted)
        {
            throw new ObjectDisposedException(_thread.Name);
        }

        return task;
    }

    public T Run<T>(Func<T> work) => RunAsync(work).GetAwaiter().GetResult();

    /// <summary>What is queued is done first.</summary>
    public void Dispose()
    {
        _calls.CompleteAdding();
        if (!IsCurrent)
        {
            _thread.Join();
        }
    }

    void Loop()
    {
        foreach (Action call in _calls.GetConsumingEnumerable())
        {
            call();
        }
    }

    // Catches all, as Task.Run does, and for the same reason: it is the caller's exception and reaches the caller.
    void Complete<T>(Func<T> work, TaskCompletionSource<T> done)
    {
        Action handOver;
        try
        {
            T result = work();
            handOver = () => done.SetResult(result);
        }
#pragma warning disable CA1031
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            handOver = () => done.SetException(thrown);
        }

        if (CompleteOn is null)
        {
            handOver();
        }
        else
        {
            CompleteOn._calls.Add(handOver);
        }
    }
}
