using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Interfaces that ask for their address get a client of DHCP each, which is one of the programs of their namespace.</summary>
internal sealed class LeasesResolve : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            InterfaceDraft[] asking = [.. ns.Interfaces.Where(one => one.Dhcp.Value)];
            foreach (InterfaceDraft one in asking)
            {
                context.Subject = one.Id;
                CheckPlace(one, ns, context);
            }

            if (asking.Length > 0)
            {
                ResourceId[] finished = [ns.Id, .. ns.Interfaces.Select(one => one.Id), .. ns.Hooks is { } hooks ? [hooks.Id] : Array.Empty<ResourceId>()];
                ns.Services = [.. asking.Select((one, order) => new ServiceDraft(LeaseClient.Of(ns.Name, one.Name, order, ns.Dns.IsEmpty) with { DependsOn = [.. finished] }, null, [])), .. ns.Services];
            }
        }

        context.Subject = null;
    }

    static void CheckPlace(InterfaceDraft one, NamespaceDraft ns, ReadContext context)
    {
        if (one.To is null)
        {
            context.Report(DiagnosticCatalog.Conflict, one.Dhcp.At, $"{one.Id} asks for an address and is plugged into nothing that could give it one", "say where: to: lan");
        }

        if (ns.Services.Any(service => service.Spec.Name == LeaseClient.NameOf(one.Name)))
        {
            context.Report(DiagnosticCatalog.VnfConflict, one.Dhcp.At, $"the DHCP client of {one.Id} has the name of a service beside it, {LeaseClient.NameOf(one.Name)}", "give the service another name");
        }
    }
}
