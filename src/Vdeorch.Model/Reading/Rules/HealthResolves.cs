using System.Net;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Whom health asks, by address.</summary>
internal sealed class HealthResolves : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            context.Subject = ns.Id;
            ns.ResolvedHealth = Resolve(ns.Health, ns, draft, context);
            if (ns.Services.Any(service => service.Health is not null))
            {
                ns.Services = [.. ns.Services.Select(service => service with { Spec = service.Spec with { Health = service.Health is null ? service.Spec.Health : Resolve(service, ns, draft, context) } })];
            }
        }

        context.Subject = null;
    }

    static HealthSpec? Resolve(ServiceDraft service, NamespaceDraft ns, TopologyDraft draft, ReadContext context)
    {
        context.Subject = new ResourceId(Kinds.Service, service.Spec.Id.Name);
        return Resolve(service.Health, ns, draft, context);
    }

    static HealthSpec? Resolve(HealthDraft? health, NamespaceDraft ns, TopologyDraft draft, ReadContext context)
    {
        if (health?.Target is not { } target)
        {
            return health?.Spec;
        }

        if (target.Value is { Address: null, Namespace: null, Port: var own })
        {
            return health.Spec with { Port = own };
        }

        IPAddress? address = target.Value.Address ?? Naming.Reach(target, draft, context);
        return address is null ? null : health.Spec with
        {
            Probe = new Probe(ns.Name, health.Kind, address, target.Value.Port) { Path = target.Value.Path, Statuses = health.Statuses },
        };
    }
}
