using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Vnfs;

/// <summary>One that gets connections.</summary>
/// <param name="Name">A namespace's, with a port where it is not the usual one; else the address, with its port.</param>
/// <param name="Namespace">Whose address it is; null: nobody's in the file.</param>
/// <param name="Named">Where the file names it.</param>
internal sealed record BackEnd(string Name, IPAddress Address, int Port, ResourceId? Namespace, TextRange Named)
{
    /// <summary>As haproxy reads it, and the language.</summary>
    public string At => new IPEndPoint(Address, Port).ToString();
}

/// <summary>Targets to whom they stand for.</summary>
internal static class BackEnds
{
    /// <param name="port">Where a target names none.</param>
    /// <returns>Each once, in the order of their names; null when somebody is not there, which is then reported.</returns>
    public static ImmutableArray<BackEnd>? Find(ImmutableArray<Located<Target>> targets, int port, VnfScope scope)
    {
        List<BackEnd> found = [];
        bool isGood = true;
        foreach (Located<Target> target in targets)
        {
            int own = target.Value.Port == 0 ? port : target.Value.Port;
            if (target.Value.Address is { } address)
            {
                found.Add(new BackEnd(new IPEndPoint(address, own).ToString(), address, own, scope.Owner(address), target.At));
                continue;
            }

            foreach (NamespaceDraft ns in scope.Replicas(target.Value.Namespace!))
            {
                if (Reach(ns, scope) is { } at)
                {
                    found.Add(new BackEnd(own == port ? ns.Name : string.Create(CultureInfo.InvariantCulture, $"{ns.Name}:{own}"), at, own, ns.Id, target.At));
                }
                else
                {
                    scope.ReportNoAddress(ns, target.At);
                    isGood = false;
                }
            }

            isGood &= scope.IsKnown(new Located<string>(target.Value.Namespace!, target.At));
        }

        return isGood ? [.. found.DistinctBy(one => one.At).OrderBy(one => one.Name, Comparer<string>.Create(NaturalOrder.Compare))] : null;
    }

    /// <summary>Where they share a network, there; IPv4 before IPv6.</summary>
    /// <returns>Null when it has no address.</returns>
    public static IPAddress? Reach(NamespaceDraft to, VnfScope scope)
    {
        IPNetwork[] near = [.. scope.Namespace.Interfaces.SelectMany(one => one.Addresses).Select(address => address.Value.Subnet)];
        return to.Interfaces.SelectMany(one => one.Addresses).Select(address => address.Value.Address).Where(address => near.Any(subnet => subnet.Contains(address)))
            .OrderBy(address => address.AddressFamily == AddressFamily.InterNetworkV6).FirstOrDefault() ?? to.MainAddress;
    }
}
