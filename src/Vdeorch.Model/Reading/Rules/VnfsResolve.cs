using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>What network functions come to, once interfaces and addresses are known.</summary>
internal sealed class VnfsResolve : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        foreach (NamespaceDraft ns in draft.Namespaces.Where(ns => !ns.Vnfs.IsEmpty))
        {
            VnfScope scope = new(ns, draft, context);
            List<VnfSpec> resolved = [];
            foreach (VnfDraft vnf in ns.Vnfs)
            {
                context.Subject = new ResourceId(Kinds.Vnf, $"{ns.Name}/{vnf.Kind}");
                if (vnf.Resolve(scope) is { } spec)
                {
                    CheckSysctls(spec, vnf, ns, context);
                    resolved.Add(spec);
                }
            }

            ns.ResolvedVnfs = [.. resolved];
        }

        context.Subject = null;
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
