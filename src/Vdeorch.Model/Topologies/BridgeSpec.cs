using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>A bridge of the kernel's: a switch whose ports are interfaces of a namespace, and at which the namespace itself can have an address.</summary>
/// <param name="Name">What the kernel calls it.</param>
/// <param name="Ports">Names of interfaces, in natural order.</param>
/// <param name="Addresses">Its own.</param>
/// <param name="Stp">Whether it takes part in a spanning tree (IEEE 802.1D, the kernel's).</param>
public sealed record BridgeSpec(string Name, ImmutableArray<string> Ports, ImmutableArray<InterfaceAddress> Addresses, bool Stp)
{
    /// <summary>On one line, for people; two that print alike are alike.</summary>
    public override string ToString() => $"{Name} of {string.Join(", ", Ports.Order(Comparer<string>.Create(NaturalOrder.Compare)))}{(Addresses.IsEmpty ? "" : $" with {InterfaceSpec.PrintAddresses(Addresses)}")}{(Stp ? ", stp" : "")}";
}
