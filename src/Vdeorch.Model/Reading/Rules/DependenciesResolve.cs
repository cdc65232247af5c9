using System.Collections.Immutable;
using System.IO.Enumeration;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Names and patterns of what waits to what it waits for. 1. find them; 2. see that each can come to be what is waited for, and none waits for itself; 3. tell hooks and services what they start after.</summary>
internal sealed class DependenciesResolve : Rule
{
    // Of one file: patterns times namespaces, and who waits for whom.
    const int MaxPairs = 1_000_000;

    public override void Check(TopologyDraft draft, ReadContext context)
    {
        if (draft.Namespaces.All(ns => ns.DependsOn.IsEmpty && ns.Services.All(service => service.DependsOn.IsEmpty)))
        {
            return;
        }

        new Resolver(draft, context).Run();
    }

    sealed class Resolver(TopologyDraft draft, ReadContext context)
    {
        readonly ILookup<string?, NamespaceDraft> _replicas = draft.Namespaces.Where(ns => ns.Replicated is not null).ToLookup(ns => ns.Replicated);
        readonly Dictionary<string, ImmutableArray<ResourceId>> _runs = new(StringComparer.Ordinal);
        long _pairs;

        public void Run()
        {
            foreach (NamespaceDraft ns in draft.Namespaces)
            {
                context.Subject = ns.Id;
                Namespaces(ns);
                Services(ns);
                if (_pairs > MaxPairs)
                {
                    context.Report(DiagnosticCatalog.TooMuch, ns.At, "the file's namespaces wait for too many others", "let them wait for fewer");
                    break;
                }
            }

            context.Subject = null;
            bool isCircular = Circle();
            foreach (NamespaceDraft ns in isCircular || _pairs > MaxPairs ? [] : draft.Namespaces)
            {
                Order(ns);
            }
        }

        void Namespaces(NamespaceDraft ns)
        {
            Dictionary<string, DependencyState> found = new(StringComparer.Ordinal);

            // What is named for itself counts before what a pattern says of it.
            foreach (DependencyDraft wanted in ns.DependsOn.OrderBy(wanted => !Naming.IsPattern(wanted.Name.Value)))
            {
                foreach (NamespaceDraft other in Find(ns, wanted))
                {
                    if (CanBe(other, wanted))
                    {
                        found[other.Name] = wanted.Until;
                    }
                }
            }

            ns.Dependencies = InOrder(found);
        }

        IEnumerable<NamespaceDraft> Find(NamespaceDraft ns, DependencyDraft wanted)
        {
            string name = wanted.Name.Value;
            if (Naming.IsPattern(name))
            {
                _pairs += draft.Namespaces.Count;
                NamespaceDraft[] matching = _pairs > MaxPairs ? [] : [.. draft.Namespaces.Where(other => FileSystemName.MatchesSimpleExpression(name, other.Name, ignoreCase: false))];
                if (matching.Length == 0 && _pairs <= MaxPairs)
                {
                    Naming.ReportUnknown(wanted.Name, draft, context, isTarget: false);
                }

                return matching.Where(other => other != ns);
            }

            if (name == ns.Name || name == ns.Replicated)
            {
                context.Report(DiagnosticCatalog.DependencyCircle, wanted.Name.At, "depends on itself", "leave it out");
                return [];
            }

            if (draft.NamespacesByName.TryGetValue(name, out NamespaceDraft? one))
            {
                _pairs++;
                return [one];
            }

            if (!_replicas.Contains(name))
            {
                // Of replicas: 0 there are none to wait for.
                if (!draft.Replicated.Contains(name))
                {
                    Naming.ReportUnknown(wanted.Name, draft, context, isTarget: false);
                }

                return [];
            }

            _pairs += _replicas[name].Count();
            return _pairs > MaxPairs ? [] : _replicas[name];
        }

        bool CanBe(NamespaceDraft other, DependencyDraft wanted)
        {
            switch (wanted.Until)
            {
                case DependencyState.Completed or DependencyState.Healthy when other.Machine is not null:
                    context.Report(DiagnosticCatalog.NoHealth, wanted.Name.At, $"{other.Id} is a machine: what is inside it nobody asks", "wait until it has started");
                    return false;
                case DependencyState.Completed when other.Services.IsEmpty:
                    context.Report(DiagnosticCatalog.NeverCompletes, wanted.Name.At, $"{other.Id} never completes: it has no services that could end", "wait until it has started");
                    return false;
                case DependencyState.Completed when other.Services.FirstOrDefault(service => service.Spec.Restart == RestartPolicy.Always) is { } always:
                    context.Report(DiagnosticCatalog.NeverCompletes, wanted.Name.At, $"{other.Id} never completes: {always.Spec.Id} is started again whenever it ends", "restart: on-failure lets it end");
                    return false;
                case DependencyState.Healthy when other.Health is null && !other.Services.Any(service => IsAsked(service)):
                    context.Report(DiagnosticCatalog.NoHealth, wanted.Name.At, $"{other.Id} has no health, and no service in it has health or ready", "give it health, or wait until it has started");
                    return false;
                default:
                    return true;
            }
        }

        static bool IsAsked(ServiceDraft service) => service.Health is not null || service.Spec.Ready is not null;

        void Services(NamespaceDraft ns)
        {
            if (ns.Services.All(service => service.DependsOn.IsEmpty))
            {
                return;
            }

            Dictionary<string, ServiceDraft> byName = ns.Services.ToDictionary(service => service.Spec.Name, StringComparer.Ordinal);
            ns.Services = [.. ns.Services.Select(service => service with { Spec = service.Spec with { Dependencies = Beside(service, byName) } })];
            if (Circles.Find([.. ns.Services.Select(service => service.Spec.Name)], name => [.. byName[name].DependsOn.Select(wanted => wanted.Name.Value).Where(byName.ContainsKey)]) is { } circle)
            {
                context.Subject = byName[circle[0]].Spec.Id;
                context.Report(DiagnosticCatalog.DependencyCircle, byName[circle[0]].DependsOn.First(wanted => wanted.Name.Value == circle[1]).Name.At, $"depends on itself: {string.Join(" -> ", circle)}", "let one of them wait for none");
            }
        }

        ImmutableArray<Dependency> Beside(ServiceDraft service, Dictionary<string, ServiceDraft> byName)
        {
            context.Subject = service.Spec.Id;
            Dictionary<string, DependencyState> found = new(StringComparer.Ordinal);
            foreach (DependencyDraft wanted in service.DependsOn)
            {
                if (!byName.TryGetValue(wanted.Name.Value, out ServiceDraft? other))
                {
                    context.Report(DiagnosticCatalog.UnknownService, wanted.Name.At, $"there is no service {Quoted.Text(wanted.Name.Value)} beside it",
                        draft.NamespacesByName.ContainsKey(wanted.Name.Value) ? "what waits for a namespace is the namespace" : context.DidYouMean(wanted.Name.Value, byName.Keys));
                }
                else if (wanted.Until == DependencyState.Completed && other.Spec.Restart == RestartPolicy.Always)
                {
                    context.Report(DiagnosticCatalog.NeverCompletes, wanted.Name.At, $"{other.Spec.Id} never completes: it is started again whenever it ends", "restart: on-failure lets it end");
                }
                else if (wanted.Until == DependencyState.Healthy && !IsAsked(other))
                {
                    context.Report(DiagnosticCatalog.NoHealth, wanted.Name.At, $"{other.Spec.Id} has neither health nor ready", "give it one, or wait until it has started");
                }
                else
                {
                    found[other.Spec.Name] = wanted.Until;
                }
            }

            return InOrder(found);
        }

        bool Circle()
        {
            if (Circles.Find([.. draft.Namespaces.Select(ns => ns.Name)], name => [.. draft.NamespacesByName[name].Dependencies.Select(one => one.Name)]) is not { } circle)
            {
                return false;
            }

            NamespaceDraft first = draft.NamespacesByName[circle[0]];
            TextRange at = first.DependsOn.FirstOrDefault(wanted => wanted.Name.Value == circle[1])?.Name.At ?? first.DependsOn[0].Name.At;
            context.Report(DiagnosticCatalog.DependencyCircle, at, first.Id, first.Note, $"depends on itself: {string.Join(" -> ", circle)}", "let one of them wait for none");
            return true;
        }

        void Order(NamespaceDraft ns)
        {
            ImmutableArray<ResourceId> before = After(ns);
            if (ns.Hooks is { } hooks && !before.IsEmpty)
            {
                ns.Hooks = hooks with { StartsAfter = before };
            }

            if (ns.Machine is not null)
            {
                ns.StartsAfter = before;
            }

            if (!before.IsEmpty || ns.Services.Any(service => !service.Spec.Dependencies.IsEmpty))
            {
                ns.Services = [.. ns.Services.Select(service => service with
                {
                    Spec = service.Spec with { StartsAfter = [.. before, .. service.Spec.Dependencies.Select(one => ServiceSpec.IdOf($"{ns.Name}/{one.Name}", ns.Services.Any(other => other.Spec.Name == one.Name && other.Spec.Daemon is not null)))] },
                })];
            }
        }

        ImmutableArray<ResourceId> After(NamespaceDraft ns) =>
            ns.Dependencies.IsEmpty ? [] : ns.Dependencies is [var only] ? Runs(draft.NamespacesByName[only.Name]) : [.. ns.Dependencies.SelectMany(one => Runs(draft.NamespacesByName[one.Name])).Distinct()];

        // All of a namespace; where nothing is started in it, what it waits for has to be there all the same.
        ImmutableArray<ResourceId> Runs(NamespaceDraft ns)
        {
            if (!_runs.TryGetValue(ns.Name, out ImmutableArray<ResourceId> runs))
            {
                bool startsNothing = ns.Hooks is null && ns.Services.IsEmpty && ns.Machine is null;
                runs = [ns.Id, .. ns.Interfaces.Select(one => one.Id), .. ns.Hooks is { } hooks ? [hooks.Id] : Array.Empty<ResourceId>(), .. ns.Services.Select(service => service.Spec.Id), .. startsNothing ? After(ns) : []];
                _runs[ns.Name] = runs;
            }

            return runs;
        }

        static ImmutableArray<Dependency> InOrder(Dictionary<string, DependencyState> found) =>
            [.. found.Select(pair => new Dependency(pair.Key, pair.Value)).OrderBy(one => one.Name, Comparer<string>.Create(NaturalOrder.Compare))];
    }
}
