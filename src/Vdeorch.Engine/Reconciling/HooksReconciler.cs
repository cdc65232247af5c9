using System.Collections.Immutable;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Commands inside namespaces: one after the other, in the file's order.</summary>
internal sealed class HooksReconciler : IReconciler
{
    // Where nobody said how long: to take back an apply, and to take down.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public string Kind => Kinds.Hooks;

    public async Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct)
    {
        foreach (PlanStep step in steps)
        {
            ct.ThrowIfCancellationRequested();
            if (step.Action == PlanAction.Delete)
            {
                await DownAsync(step, context, ct);
            }
            else
            {
                await context.StepAsync(step, () => UpAsync(step, context, ct));
            }
        }
    }

    // The note comes last: hooks of which one failed have not run.
    static async Task UpAsync(PlanStep step, ApplyContext context, CancellationToken ct)
    {
        HooksSpec spec = context.Spec<HooksSpec>(step.Id);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (!ct.CanBeCanceled)
        {
            limit.CancelAfter(s_patience);
        }

        if (step.Action != PlanAction.Update || step.Changes.Any(change => change.Path == HooksSpec.UpPath))
        {
            for (int i = 0; i < spec.Up.Length; i++)
            {
                if (await HookProcess.RunAsync(context.Run, context.Topology, spec.Namespace, spec.Up[i], context.Interrupted, limit.Token) is { } why)
                {
                    string done = i == 0 ? "" : $"; what was run before it is not undone: {string.Join(", ", spec.Up[..i].Select(command => $"`{ServiceSpec.PrintRun(command)}`"))}";
                    throw new IOException($"{HooksSpec.UpPath}: {why}{done}");
                }
            }
        }

        Note(spec, context);
    }

    static void Note(HooksSpec spec, ApplyContext context)
    {
        try
        {
            using NetNamespace ns = NetNamespace.Open(context.Run.Pin(context.Topology, spec.Namespace));
            new HookNote(ns.Identity.Device, ns.Identity.Inode, [.. spec.Up.Select(words => words.ToArray())], [.. spec.Down.Select(words => words.ToArray())], context.Keeper.Clock.GetUtcNow())
                .Write(context.Run, context.Topology, spec.Namespace);
        }
        catch (Exception refused) when (refused.IsRefusal())
        {
            // They have run, and what was noted before them holds no more: who puts it back runs that again.
            HookNote.Forget(context.Run, context.Topology, spec.Namespace);
            throw;
        }
    }

    // The file may say nothing of them any more: what is to run is what was noted.
    static async Task DownAsync(PlanStep step, ApplyContext context, CancellationToken ct)
    {
        string ns = step.Id.Name;
        context.Started(step);
        List<string> wrong = [];
        foreach (string[] command in HookNote.All(context.Run, context.Topology).Where(note => note.Namespace == ns).SelectMany(note => note.Note.Down))
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(s_patience);
            if (await HookProcess.RunAsync(context.Run, context.Topology, ns, [.. command], context.Interrupted, limit.Token) is { } why)
            {
                wrong.Add($"{HooksSpec.DownPath}: {why}");
                context.Keeper.Log.HookFailed(context.Topology, step.Id, why);
            }
        }

        HookNote.Forget(context.Run, context.Topology, ns);
        context.Done(step, wrong.Count == 0 ? null : string.Join("; ", wrong));
    }
}
