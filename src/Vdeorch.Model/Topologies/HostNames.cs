using System.Net;
using System.Net.Sockets;
using System.Text;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Topologies;

/// <summary>The /etc/hosts of the namespaces of a topology, one for all of them: each is there by its name and by NAME.TOPOLOGY, with all of its addresses, IPv4 before IPv6.</summary>
public static class HostNames
{
    /// <summary>The field of a topology's runtime that says when somebody has changed it; nobody can ask for another.</summary>
    public const string Path = "hosts";

    const string Localhost = "localhost";

    static readonly string[] s_localhost = [$"127.0.0.1\t{Localhost}", $"::1\t{Localhost} ip6-localhost ip6-loopback"];

    /// <param name="interfaces">All of the topology, cards of machines among them, in any order.</param>
    /// <param name="hostLines">Of the host's own file: what it says of itself is said here too.</param>
    public static string Print(string topology, IEnumerable<InterfaceSpec> interfaces, IEnumerable<string> hostLines)
    {
        string[] itself = [.. hostLines.Select(line => line.Trim()).Where(IsOfItself)];
        StringBuilder text = new();
        foreach (string line in itself.Length > 0 ? itself : s_localhost)
        {
            text.Append(line).Append('\n');
        }

        foreach (IGrouping<string, InterfaceSpec> ns in interfaces.GroupBy(one => one.Namespace, StringComparer.Ordinal).Where(ns => ns.Key != Localhost).OrderBy(ns => ns.Key, Comparer<string>.Create(NaturalOrder.Compare)))
        {
            foreach (IPAddress address in ns.OrderBy(one => one.Id).SelectMany(one => one.Addresses).Select(address => address.Address).OrderBy(address => address.AddressFamily == AddressFamily.InterNetworkV6))
            {
                text.Append(address).Append('\t').Append(ns.Key).Append(' ').Append(ns.Key).Append('.').Append(topology).Append('\n');
            }
        }

        return text.ToString();
    }

    // hosts(5). Other names of the host's are other networks'.
    static bool IsOfItself(string line) => line.StartsWith("127.", StringComparison.Ordinal) || line.StartsWith("::1 ", StringComparison.Ordinal) || line.StartsWith("::1\t", StringComparison.Ordinal);
}
