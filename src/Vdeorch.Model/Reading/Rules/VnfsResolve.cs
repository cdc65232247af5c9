using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>What network functions come to, once interfaces and addresses are known.</summary>
internal sealed class VnfsResolve : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        bool isGood = !context.Bag.HasErrors;
        foreach (NamespaceDraft ns in draft.Namespaces.Where(ns => !ns.Vnfs.IsEmpty))
        {
            VnfScope scope = new(ns, draft, context) { IsFileGood = isGood };
            List<VnfSpec> resolved = [];
            List<ServiceDraft> daemons = [];
            foreach (VnfDraft vnf in ns.Vnfs)
            {
                context.Subject = new ResourceId(Kinds.Vnf, $"{ns.Name}/{vnf.Kind}");
                switch (vnf.Resolve(scope))
                {
                    case VnfSpec spec:
                        CheckSysctls(spec, vnf, ns, context);
                        resolved.Add(spec);
                        break;
                    case ServiceSpec daemon:
                        CheckName(daemon, vnf, ns, context);
                        daemons.Add(new ServiceDraft(daemon with { DependsOn = [.. scope.Finished, .. ns.Hooks is { } hooks ? [hooks.Id] : Array.Empty<ResourceId>()] }, null, []));
                        break;
                }
            }

            CheckPorts([.. resolved.SelectMany(spec => spec.Ports, (spec, port) => (spec.Id, port)), .. daemons.SelectMany(daemon => daemon.Spec.Daemon!.Ports, (daemon, port) => (daemon.Spec.Id, port))], ns, context);
            ns.ResolvedVnfs = [.. resolved];
            ns.Services = [.. daemons, .. ns.Services];
        }

        context.Subject = null;
    }

    // Its log, its notes and what depends on it are called by this name alone.
    static void CheckName(ServiceSpec daemon, VnfDraft vnf, NamespaceDraft ns, ReadContext context)
    {
        if (ns.Services.Any(service => service.Spec.Name == daemon.Name))
        {
            context.Report(DiagnosticCatalog.VnfConflict, vnf.At, $"{daemon.Id} has the name of a service beside it", "give the service another name");
        }
    }

    static void CheckPorts(IEnumerable<(ResourceId Vnf, DaemonPort Port)> asked, NamespaceDraft ns, ReadContext context)
    {
        Dictionary<DaemonPort, ResourceId> taken = [];
        foreach ((ResourceId vnf, DaemonPort port) in asked)
        {
            if (!taken.TryAdd(port, vnf) && taken[port] is var other)
            {
                context.Subject = vnf;
                context.Report(DiagnosticCatalog.VnfConflict, ns.Vnfs.First(draft => vnf.Name == $"{ns.Name}/{draft.Kind}").At, $"{vnf} answers {port}, and so does {other}", "give one of them another port, or a namespace of its own");
            }
        }
    }

    static void CheckSysctls(VnfSpec spec, VnfDraft vnf, NamespaceDraft ns, ReadContext context)
    {
        foreach ((string key, string value) in spec.Sysctls)
        {
            if (ns.Sysctls.TryGetValue(key, out string? asked) && asked != value)
            {
                context.Report(DiagnosticCatalog.VnfConflict, vnf.At, $"{spec.Id} needs {key} to be {value}, and sysctl asks for {asked}", "leave it out of sysctl");
            }
        }
    }
}
