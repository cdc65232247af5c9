using System.Collections.Immutable;
using Vdeorch.Cli.Terminals;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Cli;

/// <summary>What one run of the program has: its terminal, its interrupts, its words. Verbs get it and nothing else of the process.</summary>
sealed class Session(Terminal terminal, Interrupt interrupt, string[] arguments)
{
    /// <summary>How many engines are asked, one after the other ended before it had answered.</summary>
    const int Askings = 8;

    readonly Lazy<RunDirectory> run = new(OwnRunDirectory);

    public Terminal Terminal { get; } = terminal;

    public Interrupt Interrupt { get; } = interrupt;

    /// <summary>As typed, the program's name left out.</summary>
    public ImmutableArray<string> Arguments { get; } = [.. arguments];

    public CancellationToken Stopping => Interrupt.Token;

    /// <summary>Asked to stop a second time: what is not there yet is not waited for.</summary>
    public CancellationToken Leaving => Interrupt.Again;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The place where the engine is to be found; looked up by the verbs that need it, since that can fail.</summary>
    public RunDirectory Run => run.Value;

    static RunDirectory OwnRunDirectory()
    {
        RunDirectory found = RunDirectory.FromEnvironment();
        found.RefuseTooLong();
        found.RefuseOthers();
        return found;
    }

    public EngineClient Client() => new(Run.ApiSocket);

    /// <summary>
    /// Asks the engine for an operation. One that was being stopped may go between our look and our question: nothing was
    /// begun then, and another is started. When this is asked to stop, the engine is, and its last word is still waited for.
    /// </summary>
    /// <param name="ask">Gets the token that stops the operation.</param>
    public async IAsyncEnumerable<ProgressEvent> OperateAsync(Func<CancellationToken, IAsyncEnumerable<ProgressEvent>> ask)
    {
        IAsyncEnumerator<ProgressEvent> events = ask(Stopping).GetAsyncEnumerator(Leaving);
        try
        {
            bool? first = null;
            for (int asked = 1; first is null; asked++)
            {
                try
                {
                    first = await events.MoveNextAsync();
                }
                catch (EngineException e) when (e.IsUnreachable && asked < Askings)
                {
                    // One that is ending may still say that it is there, and then let go of us.
                    await events.DisposeAsync();
                    await EngineProcess.StartAsync(Run, Stopping);
                    events = ask(Stopping).GetAsyncEnumerator(Leaving);
                }
            }

            bool isThere = first.Value;
            for (; isThere; isThere = await events.MoveNextAsync())
            {
                yield return events.Current;
            }
        }
        finally
        {
            await events.DisposeAsync();
        }
    }

    /// <summary>For verbs that look into namespaces with their own eyes; see <see cref="Inside"/>.</summary>
    /// <returns>The exit code of the run inside that took this one's place; null to go on.</returns>
    public Task<int?> ReexecuteInsideAsync()
    {
        Terminal.Flush();
        return Inside.ReexecuteAsync(Run, [.. Arguments]);
    }
}
