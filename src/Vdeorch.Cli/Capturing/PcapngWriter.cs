using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Vdeorch.Cli.Capturing;

/// <summary>
/// Frames as pcapng blocks: a section header, an interface description for each port before its first frame, an enhanced packet for each frame, and at the
/// end statistics for each interface. Little-endian.
/// </summary>
/// <remarks>draft-ietf-opsawg-pcapng, sections 4.1 to 4.6.</remarks>
sealed class PcapngWriter
{
    // Fixed by the specification.
    const uint SectionHeader = 0x0A0D0D0A;
    const uint ByteOrderMagic = 0x1A2B3C4D;
    const uint InterfaceDescription = 1;
    const uint InterfaceStatistics = 5;
    const uint EnhancedPacket = 6;
    const ushort Ethernet = 1; // LINKTYPE_ETHERNET
    const ushort EndOfOptions = 0;
    const ushort ApplicationOption = 4; // shb_userappl
    const ushort NameOption = 2; // if_name
    const ushort ResolutionOption = 9; // if_tsresol
    const ushort FlagsOption = 2; // epb_flags
    const ushort ReceivedOption = 4; // isb_ifrecv
    const ushort DroppedOption = 5; // isb_ifdrop
    const byte Nanoseconds = 9;
    const uint Inbound = 1;
    const uint Outbound = 2;

    readonly ArrayBufferWriter<byte> into;
    readonly uint maxFrameBytes;
    readonly Dictionary<string, uint> interfaces = new(StringComparer.Ordinal);
    readonly List<long> received = [];
    int block;

    /// <param name="into">What has been written of it may be taken out between two calls: then it is between two blocks.</param>
    /// <param name="maxFrameBytes">Of which frames are cut off.</param>
    public PcapngWriter(ArrayBufferWriter<byte> into, string application, int maxFrameBytes)
    {
        this.into = into;
        this.maxFrameBytes = (uint)maxFrameBytes;
        Begin(SectionHeader);
        UInt32(ByteOrderMagic);
        UInt16(1);
        UInt16(0);
        UInt64(ulong.MaxValue);
        Option(ApplicationOption, Encoding.UTF8.GetBytes(application));
        Option(EndOfOptions, []);
        End();
    }

    /// <summary>Describes a port, if that has not been done.</summary>
    /// <returns>Its number as an interface of the file.</returns>
    public uint Describe(string port)
    {
        if (interfaces.TryGetValue(port, out uint known))
        {
            return known;
        }
        Begin(InterfaceDescription);
        UInt16(Ethernet);
        UInt16(0);
        UInt32(maxFrameBytes);
        Option(NameOption, Encoding.UTF8.GetBytes(port));
        Option(ResolutionOption, [Nanoseconds]);
        Option(EndOfOptions, []);
        End();
        received.Add(0);
        return interfaces[port] = (uint)interfaces.Count;
    }

    /// <param name="time">Nanoseconds since 1970.</param>
    /// <param name="length">Bytes the frame had.</param>
    public void Add(string port, bool isOutward, long time, ReadOnlySpan<byte> frame, int length)
    {
        uint number = Describe(port);
        received[(int)number]++;
        Begin(EnhancedPacket);
        UInt32(number);
        Time(time);
        UInt32((uint)frame.Length);
        UInt32((uint)length);
        Padded(frame);
        Option(FlagsOption, BitConverter.GetBytes(isOutward ? Outbound : Inbound));
        Option(EndOfOptions, []);
        End();
    }

    /// <summary>The statistics of every interface.</summary>
    /// <param name="dropped">By port: frames that are missing for want of room.</param>
    public void Finish(long time, IReadOnlyDictionary<string, long> dropped)
    {
        foreach ((string port, uint number) in interfaces.OrderBy(pair => pair.Value))
        {
            long missing = dropped.GetValueOrDefault(port);
            Begin(InterfaceStatistics);
            UInt32(number);
            Time(time);
            Option(ReceivedOption, BitConverter.GetBytes(received[(int)number] + missing));
            Option(DroppedOption, BitConverter.GetBytes(missing));
            Option(EndOfOptions, []);
            End();
        }
    }

    void Begin(uint type)
    {
        block = into.WrittenCount;
        UInt32(type);
        UInt32(0);
    }

    // The length stands at both ends; it is known now.
    void End()
    {
        uint length = (uint)(into.WrittenCount - block + sizeof(uint));
        UInt32(length);
        BinaryPrimitives.WriteUInt32LittleEndian(System.Runtime.InteropServices.MemoryMarshal.AsMemory(into.WrittenMemory).Span[(block + 4)..], length);
    }

    void Time(long nanoseconds)
    {
        UInt32((uint)((ulong)nanoseconds >> 32));
        UInt32((uint)nanoseconds);
    }

    void Option(ushort code, ReadOnlySpan<byte> value)
    {
        UInt16(code);
        UInt16((ushort)value.Length);
        Padded(value);
    }

    void Padded(ReadOnlySpan<byte> bytes)
    {
        into.Write(bytes);
        into.Write("\0\0\0"u8[..(-bytes.Length & 3)]);
    }

    void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(into.GetSpan(sizeof(ushort)), value);
        into.Advance(sizeof(ushort));
    }

    void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(into.GetSpan(sizeof(uint)), value);
        into.Advance(sizeof(uint));
    }

    void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(into.GetSpan(sizeof(ulong)), value);
        into.Advance(sizeof(ulong));
    }
}
