using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Names and patterns of checks to who tries to reach whom.</summary>
internal sealed class ChecksResolve : Rule
{
    public const int MaxProbes = 10_000;

    // Patterns times namespaces, over the whole file: a pattern looks at every name.
    const int MaxMatches = 5_000_000;

    public override void Check(TopologyDraft draft, ReadContext context) => new Resolver(draft, context).Run();

    sealed class Resolver(TopologyDraft draft, ReadContext context)
    {
        long _matches;

        public void Run()
        {
            foreach (CheckDraft check in draft.Checks)
            {
                context.Subject = CheckSection.Subject(check.Name.Value);
                if (Resolve(check) is { } probes)
                {
                    draft.ResolvedChecks.Add(new CheckSpec(check.Name.Value, probes, check.Expect, check.Within));
                }
            }

            context.Subject = null;
        }

        /// <returns>Null when something is wrong, which is then reported.</returns>
        ImmutableArray<Probe>? Resolve(CheckDraft check)
        {
            if (Find(check.From ?? check.Among ?? []) is not { } sources)
            {
                return null;
            }

            bool isMesh = check.Among is not null;
            long count = (long)sources.Count * (isMesh ? sources.Count - 1 : check.Targets.Length);
            if (count == 0 && draft.Uncounted.Count > 0)
            {
                return null;
            }

            if (count > MaxProbes || count == 0)
            {
                context.Report(count == 0 ? DiagnosticCatalog.NothingToTry : DiagnosticCatalog.TooMuch, check.Name.At,
                    count > 0 ? string.Create(CultureInfo.InvariantCulture, $"the check would make {count:N0} probes; {MaxProbes:N0} are the most")
                        : isMesh ? "a mesh needs two namespaces" : "there is nothing to reach");
                return null;
            }

            return isMesh ? Mesh(check, sources) : Product(check, sources);
        }

        ImmutableArray<Probe>? Mesh(CheckDraft check, List<NamespaceDraft> sources)
        {
            foreach (NamespaceDraft source in sources)
            {
                if (source.MainAddress is null)
                {
                    context.Report(DiagnosticCatalog.NoAddress, check.Among!.Value[0].At, $"{source.Id} has no address to reach it by", "give it one, or leave it out");
                    return null;
                }
            }

            ImmutableArray<Probe>.Builder probes = ImmutableArray.CreateBuilder<Probe>(sources.Count * (sources.Count - 1));
            foreach (NamespaceDraft from in sources)
            {
                foreach (NamespaceDraft to in sources)
                {
                    if (from != to)
                    {
                        FamiliesMatch(check, from, to.MainAddress!, check.Among!.Value[0].At);
                        probes.Add(new Probe(from.Name, ProbeKind.Ping, to.MainAddress!, 0));
                    }
                }
            }

            return probes.DrainToImmutable();
        }

        ImmutableArray<Probe>? Product(CheckDraft check, List<NamespaceDraft> sources)
        {
            List<(Probe Probe, TextRange At)> targets = [];
            foreach (Located<Target> target in check.Targets)
            {
                IPAddress? address = target.Value.Address ?? Naming.Reach(target, draft, context);
                if (address is null)
                {
                    return null;
                }

                var probe = new Probe("", check.Kind, address, target.Value.Port) { Path = target.Value.Path, Statuses = check.Statuses };
                if (!targets.Exists(known => known.Probe == probe))
                {
                    targets.Add((probe, target.At));
                }
            }

            ImmutableArray<Probe>.Builder probes = ImmutableArray.CreateBuilder<Probe>(sources.Count * targets.Count);
            foreach (NamespaceDraft from in sources)
            {
                foreach ((Probe probe, TextRange at) in targets)
                {
                    FamiliesMatch(check, from, probe.Target, at);
                    probes.Add(probe with { From = from.Name });
                }
            }

            return probes.DrainToImmutable();
        }

        // A namespace without any address of the family cannot even try; that is what a blocked check may be about.
        void FamiliesMatch(CheckDraft check, NamespaceDraft from, IPAddress target, TextRange at)
        {
            if (check.Expect == Expectation.Ok && from.MainAddress is not null && !IPAddress.IsLoopback(target)
                && from.MainAddress.AddressFamily != target.AddressFamily
                && !from.Interfaces.Any(one => one.Addresses.Any(address => address.Value.Address.AddressFamily == target.AddressFamily))
                && !from.Vnfs.Any(vnf => vnf.Addresses.Any(address => address.Address.AddressFamily == target.AddressFamily)))
            {
                context.Report(DiagnosticCatalog.FamilyMixUp, at,
                    $"{from.Id} has only {(target.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv4" : "IPv6")} addresses and cannot reach {target}");
            }
        }

        List<NamespaceDraft>? Find(ImmutableArray<Located<string>> patterns)
        {
            List<NamespaceDraft> found = [];
            HashSet<string> names = new(StringComparer.Ordinal);
            bool complete = true;
            foreach (Located<string> pattern in patterns)
            {
                bool any = false;
                foreach (NamespaceDraft ns in Matching(pattern.Value))
                {
                    any |= ns.Machine is null || !Naming.IsPattern(pattern.Value);
                    if (ns.Machine is not null)
                    {
                        RefuseInside(pattern, ns);
                        complete &= Naming.IsPattern(pattern.Value);
                    }
                    else if (names.Add(ns.Name))
                    {
                        found.Add(ns);
                    }
                }

                if (_matches > MaxMatches)
                {
                    context.Report(DiagnosticCatalog.TooMuch, pattern.At, "the file's checks have too many patterns for its namespaces");
                    return null;
                }

                if (!any)
                {
                    Naming.ReportUnknown(pattern, draft, context, isTarget: false);
                    complete = false;
                }
            }

            return complete ? found : null;
        }

        // A pattern means those among its matches that can try.
        void RefuseInside(Located<string> pattern, NamespaceDraft machine)
        {
            if (!Naming.IsPattern(pattern.Value))
            {
                context.Report(DiagnosticCatalog.NoProbeInside, pattern.At, $"{machine.Id} is a machine, and nothing can be tried from inside it", "try from a namespace; a machine with an address can be what is tried");
            }
        }

        IEnumerable<NamespaceDraft> Matching(string pattern)
        {
            if (!pattern.AsSpan().ContainsAny('*', '?'))
            {
                return draft.NamespacesByName.TryGetValue(pattern, out NamespaceDraft? one) ? [one] : [];
            }

            _matches += draft.Namespaces.Count;
            return _matches > MaxMatches ? [] : draft.Namespaces.Where(ns => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, ns.Name, ignoreCase: false));
        }
    }
}
