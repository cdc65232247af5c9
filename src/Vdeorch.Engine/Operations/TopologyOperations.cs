using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Checking;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Reconciling;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Operations;

/// <summary>
/// Apply, destroy and check. Each holds its topology alone; a second one is refused, not queued. An operation observes,
/// plans, executes and observes again: an empty second plan is the definition of success.
/// </summary>
internal sealed class TopologyOperations : IDisposable
{
    readonly RunDirectory run;
    readonly NamespaceThread kernel;
    readonly ILogger log;
    readonly TimeProvider clock;
    readonly ConcurrentDictionary<string, TopologyKeeper> _keepers = new();
    readonly UnreadInput _unread = new();

    public TopologyOperations(RunDirectory run, NamespaceThread kernel, ILogger log, TimeProvider clock)
    {
        (this.run, this.kernel, this.log, this.clock) = (run, kernel, log, clock);
        Confirmations = new Confirmations(run, this, log, clock);
    }

    public Confirmations Confirmations { get; }

    public IEnumerable<TopologyKeeper> Keepers => _keepers.Values;

    public TopologyKeeper Keeper(string topology) => _keepers.GetOrAdd(topology, name => new TopologyKeeper(run, name, kernel, log, clock));

    /// <summary>Nothing is kept, and nothing is under way that would be.</summary>
    public bool IsIdle => _keepers.IsEmpty && WorldObserver.Topologies(run).IsEmpty;

    public TopologyKeeper? Known(string topology) => _keepers.GetValueOrDefault(topology);

    /// <exception cref="RefusedException">Nothing was begun.</exception>
    public (Topology Topology, IDisposable Turn, TopologyKeeper Keeper) BeginApply(ApplyRequest request)
    {
        ReadResult read = !request.IsUnread ? TopologyReader.Read(request.Input)
            : _unread.Read(request.Input) ?? throw new RefusedException(ExitCodes.Invalid, "it has to be read before it is applied") { WantsReading = true };
        if (read.Topology is not { } topology)
        {
            throw new RefusedException(ExitCodes.Invalid, string.Join('\n', read.Diagnostics.Select(DiagnosticPrinter.Print)));
        }

        if (Applied.Read(run, topology.Name) is { } applied && applied.File != request.Input.First.Path && File.Exists(applied.File))
        {
            throw new RefusedException(ExitCodes.Failed,
                $"topology '{topology.Name}' is running already, applied from '{applied.File}'; this is '{request.Input.First.Path}': if this file has taken the other's place, remove that one and apply again; else destroy what runs first (vdeorch destroy {topology.Name}), or name this one differently with `topology:`");
        }

        (IDisposable turn, TopologyKeeper keeper) = Enter(topology.Name, "apply");
        _unread.Remember(read);
        return (topology, turn, keeper);
    }

    /// <exception cref="RefusedException">Nothing was begun.</exception>
    public (IDisposable Turn, TopologyKeeper Keeper) Begin(string topology, string operation)
    {
        ImmutableArray<string> known = WorldObserver.Topologies(run);
        return known.Contains(topology) ? Enter(topology, operation)
            : throw new RefusedException(ExitCodes.Failed, $"no topology '{topology}' is running; {(known.IsEmpty ? "none is" : $"running: {string.Join(", ", known)}")}");
    }

    /// <summary>Takes a network namespace that is there already into a topology, which need not be there.</summary>
    /// <exception cref="RefusedException">Nothing was changed.</exception>
    public async Task AdoptAsync(string topology, string ns, string path, IReadOnlySet<string> interfaces)
    {
        (IDisposable turn, TopologyKeeper keeper) = Enter(topology, "import");
        using (turn)
        {
            try
            {
                await NamespaceAdoption.AdoptAsync(keeper, ns, path, interfaces);
            }
            catch (AdoptionException refused)
            {
                if (!WorldObserver.Topologies(run).Contains(topology))
                {
                    Forget(keeper);
                }

                throw new RefusedException(ExitCodes.Failed, $"{refused.Message}; nothing was changed");
            }
        }
    }

    public Task<OperationEnd> ApplyAsync(ApplyRequest request, Topology topology, TopologyKeeper keeper, Action<ProgressEvent> emit, CancellationToken ct) =>
        new ApplyOperation(request, topology, keeper, Confirmations, emit).RunAsync(ct);

    public async Task<OperationEnd> DestroyAsync(TopologyKeeper keeper, Action<ProgressEvent> emit, CancellationToken ct)
    {
        OperationEnd end = await new DestroyOperation(keeper, emit).RunAsync(ct);
        if (end.ExitCode == ExitCodes.Ok)
        {
            Forget(keeper);
        }

        return end;
    }

    /// <summary>Makes it again as it was.</summary>
    /// <param name="before">Null: nothing was there.</param>
    /// <returns>Null when it is; else what is not.</returns>
    public async Task<string?> RevertAsync(TopologyKeeper keeper, Applied? before)
    {
        if (before is { Topology: null })
        {
            return "this version does not read what was applied before; it stays as it is";
        }

        string? why = await Rollback.RunAsync(keeper, before?.Topology, taken: null, _ => { });
        if (why is null && before is null)
        {
            Forget(keeper);
        }
        else if (why is null)
        {
            before!.Write(run, keeper.Name);
            keeper.NoteHalfway(false);
            Confirmations.Forget(keeper.Name);
        }

        return why;
    }

    public static async Task<OperationEnd> CheckAsync(TopologyKeeper keeper, Action<ProgressEvent> emit, CancellationToken ct)
    {
        if (Applied.Read(keeper.Run, keeper.Name)?.Topology is not { } topology)
        {
            return new OperationEnd(ExitCodes.Failed, $"the notes of '{keeper.Name}' are lost, and its checks with them; apply its file again");
        }

        using NamespaceThread thread = new("vdeorch-check");
        CheckRunner runner = new(new Prober(keeper.Run, keeper.Name, thread), new WayReport(keeper, topology).Explain, keeper.Clock);
        bool passed = await runner.RunAsync(topology.Checks, result => emit(new ProgressEvent { Check = result }), ct);
        return passed ? new OperationEnd(ExitCodes.Ok, topology.Checks.IsEmpty ? "the file has no checks" : null) : new OperationEnd(ExitCodes.Unhealthy, "a check failed");
    }

    public void Dispose()
    {
        Confirmations.Dispose();
        foreach (TopologyKeeper keeper in _keepers.Values)
        {
            keeper.Dispose();
        }
    }

    void Forget(TopologyKeeper keeper)
    {
        Confirmations.Forget(keeper.Name);
        _unread.Forget(keeper.Name);
        if (_keepers.TryRemove(keeper.Name, out TopologyKeeper? gone))
        {
            gone.Dispose();
        }
    }

    /// <summary>What the engine holds a topology for of itself: nobody asked for it, so it is waited for.</summary>
    public const string Healing = "heal";

    static readonly TimeSpan s_healed = TimeSpan.FromSeconds(10);

    (IDisposable Turn, TopologyKeeper Keeper) Enter(string topology, string operation)
    {
        TopologyKeeper keeper = Keeper(topology);
        SpinWait.SpinUntil(() => keeper.Busy != Healing, s_healed);
        while (keeper.TryEnter(operation))
        {
            if (Known(topology) == keeper)
            {
                return (new Turn(keeper), keeper);
            }

            // A destroy that ended in between has disposed of this one: the name has another now.
            keeper.Leave();
            keeper = Keeper(topology);
        }

        throw new RefusedException(ExitCodes.Busy, $"topology '{topology}' is held by another operation ({keeper.Busy ?? "just ended"}); try again when it has ended");
    }

    sealed class Turn(TopologyKeeper keeper) : IDisposable
    {
        public void Dispose() => keeper.Leave();
    }
}

/// <summary>An operation that was not begun: nothing was touched.</summary>
internal sealed class RefusedException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;

    /// <summary>Whoever asks has to read first what he asks for.</summary>
    public bool WantsReading { get; init; }
}
