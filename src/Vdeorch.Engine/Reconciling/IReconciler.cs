using System.Collections.Immutable;
using Vdeorch.Model.Planning;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Changes the world for one kind of object. Idempotent: a step that is already true is no error.</summary>
internal interface IReconciler
{
    /// <summary>One of <see cref="Model.Resources.Kinds"/>.</summary>
    string Kind { get; }

    /// <param name="steps">Neighbours in the plan, all of this kind and of one action, so that they can share round trips.</param>
    /// <exception cref="StepFailedException">The world refused; the steps before it in the list are done.</exception>
    Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct);
}
