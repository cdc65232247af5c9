using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Reading.Rules;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <summary>What a file says of one function, before it is known what its names stand for.</summary>
/// <param name="Kind">What it is called below <c>vnfs</c>.</param>
internal abstract record VnfDraft(string Kind)
{
    /// <summary>The key; set where it is known.</summary>
    public TextRange At { get; set; }

    /// <summary>What the interface that it makes is called; null: it makes none.</summary>
    public virtual string? Link => null;

    /// <summary>The namespace's addresses at that interface.</summary>
    public virtual IEnumerable<InterfaceAddress> Addresses => [];

    /// <summary>Files with keys of WireGuard's: paths from / or ~.</summary>
    public virtual IEnumerable<Located<string>> KeyFiles => [];

    /// <returns>A <see cref="VnfSpec"/>, or the <see cref="ServiceSpec"/> of a daemon; null when something in it is wrong, which is then reported.</returns>
    public abstract IResourceSpec? Resolve(VnfScope scope);
}

/// <summary>What a function's names may stand for: the interfaces of its namespace, and the namespaces of the file.</summary>
internal sealed class VnfScope(NamespaceDraft ns, TopologyDraft topology, ReadContext context)
{
    public NamespaceDraft Namespace => ns;

    public ReadContext Context => context;

    /// <summary>Whether nothing was wrong before functions were looked at: else what one misses in another may be there, and not be readable.</summary>
    public required bool IsFileGood { get; init; }

    /// <summary>The namespace and its interfaces: what is made before any function.</summary>
    public ImmutableArray<ResourceId> Finished => [ns.Id, .. ns.Interfaces.Select(one => one.Id)];

    /// <summary>Every namespace of the file at each of its addresses.</summary>
    public IEnumerable<(IPAddress Address, string Name)> Names => topology.Namespaces.SelectMany(other => other.Interfaces.SelectMany(one => one.Addresses).Select(address => (address.Value.Address, other.Name)));

    public bool HasV6 => ns.Interfaces.Any(one => one.Addresses.Any(address => address.Value.IsV6)) || ns.Vnfs.Any(vnf => vnf.Addresses.Any(address => address.IsV6));

    /// <summary>Whether a function of the namespace passes packets on.</summary>
    public bool IsRouter => ns.Vnfs.Any(vnf => vnf.Kind is "router" or "nat");

    /// <summary>Whether a function of the namespace answers for names.</summary>
    public bool IsNameServer => ns.Vnfs.Any(vnf => vnf.Kind == "dns");

    public bool IsInterface(string name) => ns.Interfaces.Any(one => one.Name == name);

    /// <summary>Also one that another function makes: packets pass there, and rules may name it before it is there.</summary>
    public bool IsLink(string name) => IsInterface(name) || ns.Vnfs.Any(vnf => vnf.Link == name);

    /// <returns>Null when nothing is called that; else who makes it, for people, with a blank in front, or nothing where it is an interface of the file's.</returns>
    public string? WhoMakes(string link, VnfDraft except) => IsInterface(link) ? "" : ns.Vnfs.FirstOrDefault(vnf => vnf.Link == link && vnf.Kind != except.Kind) is { } other ? $" (its {other.Kind})" : null;

    /// <returns>False when the namespace has no such interface, which is then reported.</returns>
    public bool Interface(Located<string> name) => IsInterface(name.Value) || Unknown(name, []);

    /// <summary>The same of <see cref="IsLink"/>.</summary>
    public bool HasLink(Located<string> name) => IsLink(name.Value) || Unknown(name, ns.Vnfs.Select(vnf => vnf.Link).OfType<string>());

    bool Unknown(Located<string> name, IEnumerable<string> made)
    {
        string[] there = [.. ns.Interfaces.Select(one => one.Name), .. made];
        context.Report(DiagnosticCatalog.UnknownInterface, name.At, $"{ns.Id} has no interface {Quoted.Text(name.Value)}",
            context.DidYouMean(name.Value, there) ?? (there.Length == 0 ? "it has none at all" : $"it has {string.Join(", ", there)}"));
        return false;
    }

    /// <summary>The addresses of a namespace of the file.</summary>
    /// <returns>None when there is no such namespace, or it has no address, which is then reported.</returns>
    public ImmutableArray<IPAddress> Addresses(Located<string> name)
    {
        if (!topology.NamespacesByName.TryGetValue(name.Value, out NamespaceDraft? found))
        {
            Naming.ReportUnknown(name, topology, context, isTarget: true);
            return [];
        }

        if (found.MainAddress is null)
        {
            ReportNoAddress(found, name.At);
            return [];
        }

        return [.. found.Interfaces.SelectMany(one => one.Addresses).Select(address => address.Value.Address)];
    }

    /// <summary>The namespace of that name, or all replicas of one that has some; none when there is neither.</summary>
    public IEnumerable<NamespaceDraft> Replicas(string name) =>
        topology.NamespacesByName.TryGetValue(name, out NamespaceDraft? one) ? [one] : topology.Namespaces.Where(ns => ns.Replicated == name);

    /// <returns>False when there is neither a namespace of that name nor one with replicas, which is then reported.</returns>
    public bool IsKnown(Located<string> name)
    {
        if (topology.NamespacesByName.ContainsKey(name.Value) || topology.Replicated.Contains(name.Value))
        {
            return true;
        }

        Naming.ReportUnknown(name, topology, context, isTarget: true);
        return false;
    }

    public void ReportNoAddress(NamespaceDraft ns, TextRange at) => context.Report(DiagnosticCatalog.NoAddress, at, $"{ns.Id} has no address to reach it by", "give it one, or name an address");

    /// <summary>Whose address it is; null: nobody's in the file.</summary>
    public ResourceId? Owner(IPAddress address) =>
        topology.Namespaces.FirstOrDefault(ns => ns.Interfaces.Any(one => one.Addresses.Any(own => own.Value.Address.Equals(address))))?.Id;

    /// <returns>Null when the file has no such namespace, which is then reported.</returns>
    public NamespaceDraft? Find(Located<string> name)
    {
        if (topology.NamespacesByName.TryGetValue(name.Value, out NamespaceDraft? found))
        {
            return found;
        }

        Naming.ReportUnknown(name, topology, context, isTarget: true);
        return null;
    }

    public bool IsNamespace(string name) => topology.NamespacesByName.ContainsKey(name);

    /// <summary>Whom a target names: an address, or a namespace's first.</summary>
    /// <returns>Null when nobody, which is then reported.</returns>
    public IPAddress? Reach(Located<Target> target) => target.Value.Address ?? Naming.Reach(target, topology, context);
}
