using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Vdeorch.Linux.Io;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Cli.Plugging;

/// <summary>Writes to the system's log which addresses the user behind a plug takes, each once, with its VLAN.</summary>
sealed class AddressLogPlug(IPlug inner) : IPlug
{
    const int EthernetBytes = 14;
    const int TagBytes = 4;
    const ushort Tagged = 0x8100;
    const ushort V4 = 0x0800;
    const ushort V6 = 0x86dd;

    /// <summary>Whoever makes up more is not written down any further.</summary>
    const int MaxAddresses = 65_536;

    readonly HashSet<(UInt128 Address, int Vlan)> seen = [];

    public Fd Readiness => inner.Readiness;

    public Fd? Liveness => inner.Liveness;

    public bool CarriesOffloads => inner.CarriesOffloads;

    public int Headroom => inner.Headroom;

    public Transfer Receive(FrameBatch into)
    {
        int first = into.Count;
        Transfer received = inner.Receive(into);
        for (int i = first; i < into.Count; i++)
        {
            Note(into.Frame(i));
        }

        return received;
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => inner.Send(batch, frames);

    public void Dispose() => inner.Dispose();

    void Note(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < EthernetBytes + TagBytes)
        {
            return;
        }

        int vlan = 0;
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        ReadOnlySpan<byte> packet = frame[EthernetBytes..];
        if (type == Tagged)
        {
            vlan = BinaryPrimitives.ReadUInt16BigEndian(packet) & 0xfff;
            type = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
            packet = packet[TagBytes..];
        }

        // The source address and where it lies: RFC 791, 3.1; RFC 8200, 3.
        ReadOnlySpan<byte> address = (type, packet.Length) switch
        {
            (V4, >= 20) => packet.Slice(12, 4),
            (V6, >= 40) => packet.Slice(8, 16),
            _ => [],
        };
        if (address.IsEmpty)
        {
            return;
        }

        UInt128 key = address.Length == 4 ? MemoryMarshal.Read<uint>(address) : MemoryMarshal.Read<UInt128>(address);
        if (key != 0 && seen.Count < MaxAddresses && seen.Add((key, vlan)))
        {
            ConnectionLog.Send($"user {ConnectionLog.User} Real-IP {ConnectionLog.Origin} has got VDE-IP{(address.Length == 4 ? 4 : 6)} {new IPAddress(address)} on vlan {vlan}");
        }
    }
}
