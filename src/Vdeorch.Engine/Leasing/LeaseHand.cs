using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Leasing;

/// <summary>
/// This program as the script of udhcpc: it makes of a lease what it comes to in the kernel. The address has an end, which the kernel keeps, and the routes are of the protocol
/// `dhcp`: so both are the client's own to whoever looks, and outlive a client that was killed no longer than its lease.
/// </summary>
public static class LeaseHand
{
    // Whose lease it is, and which address: to tell a client that begins from one that gives up.
    const string HeldFile = "/run/held";

    // rtnetlink(7), linux/rtnetlink.h: RTPROT_DHCP
    const byte DhcpProtocol = 16;

    /// <summary>Whether this process was started as that.</summary>
    public static bool IsMeant(string[] words) => Environment.GetCommandLineArgs() is [DaemonSpec.LeaseHand, _] && words.Length == 1;

    /// <param name="happening">As udhcpc calls it: <c>deconfig</c>, <c>bound</c>, <c>renew</c>, <c>nak</c>, <c>leasefail</c>.</param>
    /// <returns>The exit code, which udhcpc does not look at.</returns>
    public static int Run(string happening)
    {
        try
        {
            using RouteReader reader = RouteReader.Open();
            using RouteWriter writer = RouteWriter.Open();
            string name = Environment.GetEnvironmentVariable("interface") ?? "";
            if (reader.Links().FirstOrDefault(link => link.Name == name) is not { } link)
            {
                return 1;
            }

            switch (happening)
            {
                case "deconfig" when Held() is { } held && held.Client == ThisProcess.Parent:
                    Shape(link.Index, null, reader, writer);
                    File.Delete(HeldFile);
                    Console.WriteLine($"{name} has given {held.Address} up");
                    break;
                case "bound" or "renew" when LeaseTerms.Read(Environment.GetEnvironmentVariable) is { } terms:
                    bool isNew = Held()?.Address != terms.Address.ToString();
                    File.WriteAllText(HeldFile, string.Create(CultureInfo.InvariantCulture, $"{ThisProcess.Parent} {terms.Address}"));
                    Shape(link.Index, terms, reader, writer);
                    if (isNew)
                    {
                        Console.WriteLine($"{name} has {terms.Address} for {terms.Seconds} s");
                    }

                    break;
            }

            return 0;
        }
        catch (Exception refused) when (refused is LinuxException or IOException or UnauthorizedAccessException)
        {
            Console.WriteLine(refused.Message);
            return 1;
        }
    }

    static (int Client, string Address)? Held() => File.Exists(HeldFile) && File.ReadAllText(HeldFile).Split(' ') is [var client, var address] && int.TryParse(client, CultureInfo.InvariantCulture, out int pid) ? (pid, address) : null;

    // What is right stays as it is: connections go on over it.
    static void Shape(int link, LeaseTerms? terms, RouteReader reader, RouteWriter writer)
    {
        (uint metric, bool hasResolver) = LeaseClient.Settings([.. File.ReadAllLines(LeaseClient.SettingsFile)]);
        if (terms is not null)
        {
            writer.LeaseAddress(link, terms.Address.Address, terms.Address.PrefixLength, terms.Seconds);
        }

        foreach (AddressInfo old in reader.Addresses().Where(address => address.Index == link && IsLeased(address) && new InterfaceAddress(address.Address, address.PrefixLength) != terms?.Address))
        {
            writer.RemoveAddress(link, old.Address, old.PrefixLength);
        }

        RouteChange[] wished = [.. (terms?.Routes ?? []).Select(route => new RouteChange(route.Destination, route.Gateway, link, metric, DhcpProtocol))];
        foreach (RouteInfo old in reader.Routes().Where(route => route.OutputIndex == link && route.Protocol == DhcpProtocol && !wished.Any(one => one.Destination.Equals(route.Destination) && one.Metric == route.Metric)))
        {
            writer.RemoveRoute(new RouteChange(old.Destination, old.Gateway, link, old.Metric, old.Protocol) { Table = old.Table });
        }

        foreach (RouteChange route in wished)
        {
            writer.AddRoute(route);
        }

        if (hasResolver)
        {
            WriteResolver($"{LeaseClient.ResolverMark}\n{terms?.Resolver}");
        }
    }

    // In place, for programs of the namespace have this very file mounted; and never cut short before it is written: who looks at that moment knows it by its first line.
    static void WriteResolver(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        using SafeFileHandle file = File.OpenHandle(DaemonSpec.Resolver, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, bytes, 0);
        RandomAccess.SetLength(file, bytes.Length);
    }

    /// <summary>Whether an /etc/resolv.conf is a client's to write.</summary>
    internal static bool IsOurs(string resolvConf) => File.Exists(resolvConf) && File.ReadLines(resolvConf).FirstOrDefault() == LeaseClient.ResolverMark;

    /// <summary>Whether a client of DHCP has set it: it is of IPv4, and has an end.</summary>
    internal static bool IsLeased(AddressInfo address) => !address.IsPermanent && address.Address.AddressFamily == AddressFamily.InterNetwork;
}
