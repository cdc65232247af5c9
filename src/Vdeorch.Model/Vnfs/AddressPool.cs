using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <summary>IPv4 addresses from one to another, both included.</summary>
/// <param name="Last">Not before the first.</param>
internal sealed record AddressPool(IPAddress First, IPAddress Last)
{
    public override string ToString() => $"{First}-{Last}";

    public static string Netmask(int prefixLength)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, prefixLength == 0 ? 0 : uint.MaxValue << (32 - prefixLength));
        return new IPAddress(bytes).ToString();
    }

    public static Problem? Read(ScalarText text, out AddressPool value)
    {
        value = new AddressPool(IPAddress.Any, IPAddress.Any);
        string[] ends = text.Text.Split('-');
        if (ends.Length != 2 || !StrictAddress.TryParse(ends[0], out IPAddress? first) || !StrictAddress.TryParse(ends[1], out IPAddress? last)
            || first.AddressFamily != AddressFamily.InterNetwork || last.AddressFamily != AddressFamily.InterNetwork)
        {
            return new Problem(DiagnosticCatalog.BadAddress, $"{Quoted.Text(text.Text)} is not a range of IPv4 addresses", "for example 10.0.0.100-10.0.0.199");
        }

        value = new AddressPool(first, last);
        return Number(first) <= Number(last) ? null : new Problem(DiagnosticCatalog.OutOfRange, $"{text.Text} ends before it begins", $"write {last}-{first}");
    }

    static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
}
