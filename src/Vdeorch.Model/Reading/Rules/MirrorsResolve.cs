using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Finds the interfaces that mirrors name; each is plugged into the mirror's switch.</summary>
internal sealed class MirrorsResolve : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        SwitchDraft[] mirroring = [.. draft.Switches.Where(sw => sw.Mirror is not null)];
        if (mirroring.Length == 0)
        {
            return;
        }

        ILookup<string, InterfaceDraft> interfaces = draft.Namespaces.SelectMany(ns => ns.Interfaces).ToLookup(one => one.Namespace, StringComparer.Ordinal);
        foreach (SwitchDraft sw in mirroring)
        {
            context.Subject = sw.Spec.Id;
            sw.Spec = sw.Spec with { Mirror = new Resolver(sw.Name.Value, interfaces, draft, context).Resolve(sw.Mirror!) };
        }

        context.Subject = null;
    }

    readonly struct Resolver(string sw, ILookup<string, InterfaceDraft> interfaces, TopologyDraft draft, ReadContext context)
    {
        /// <returns>Null when something is wrong, which is then reported.</returns>
        public MirrorSettings? Resolve(MirrorDraft mirror)
        {
            string? to = Find(mirror.To);
            var from = new SortedSet<string>(Comparer<string>.Create(NaturalOrder.Compare));
            bool isComplete = to is not null;
            foreach (Located<string> port in mirror.From ?? [])
            {
                if (Find(port) is not { } found)
                {
                    isComplete = false;
                }
                else if (found == to)
                {
                    context.Report(DiagnosticCatalog.MirrorPort, port.At, $"{found} gets the copies, and has none made of itself", "leave it out");
                    isComplete = false;
                }
                else
                {
                    from.Add(found);
                }
            }

            return isComplete ? new MirrorSettings(to!, mirror.In, mirror.Out) { From = mirror.From is null ? null : [.. from] } : null;
        }

        string? Find(Located<string> name)
        {
            int slash = name.Value.IndexOf('/', StringComparison.Ordinal);
            string ns = slash < 0 ? name.Value : name.Value[..slash];
            if (draft.MayBeReplica(ns) && !draft.NamespacesByName.ContainsKey(ns))
            {
                return null;
            }

            if (!draft.NamespacesByName.ContainsKey(ns))
            {
                return Refuse(name, $"there is no namespace {Quoted.Text(ns)}", draft.Replicated.Contains(ns) ? $"it has replicas: {ns}-0 is one of them" : context.DidYouMean(ns, draft.NamespacesByName.Keys));
            }

            InterfaceDraft[] here = [.. interfaces[ns].Where(IsHere)];
            if (slash < 0)
            {
                return here.Length == 1 ? here[0].Id.Name
                    : here.Length == 0 ? Refuse(name, $"namespace/{ns} has no interface that is plugged into it", null)
                    : Refuse(name, $"namespace/{ns} has {here.Length} interfaces that are plugged into it", $"say which: {string.Join(", ", here.Select(one => one.Id.Name))}");
            }

            if (interfaces[ns].FirstOrDefault(one => one.Id.Name == name.Value) is not { } found)
            {
                return Refuse(name, $"there is no interface {Quoted.Text(name.Value)}", context.DidYouMean(name.Value, [.. interfaces[ns].Select(one => one.Id.Name)]));
            }

            return IsHere(found) ? found.Id.Name
                : Refuse(name, $"{found.Id} is not plugged into it but into {(found.To is { } to ? draft.Describe(to.Value.Text) : "nothing")}", here.Length == 0 ? null : context.DidYouMean(name.Value, [.. here.Select(one => one.Id.Name)]));
        }

        bool IsHere(InterfaceDraft one) => one.To?.Value is { Locator: null, Text: var to } && to == sw;

        string? Refuse(Located<string> name, string message, string? suggestion)
        {
            context.Report(DiagnosticCatalog.MirrorPort, name.At, message, suggestion);
            return null;
        }
    }
}
