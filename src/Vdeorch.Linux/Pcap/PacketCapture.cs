using System.Runtime.InteropServices;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using Vdeorch.Linux.Netlink;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Pcap;

/// <summary>An interface as libpcap has it: all that passes is seen, and frames are put on the wire. One thread reads, any number writes.</summary>
/// <remarks>pcap(3PCAP). The library is loaded when the first capture is opened.</remarks>
public sealed unsafe class PacketCapture : IDisposable
{
    const int EthernetLink = 1; // DLT_EN10MB
    const int ErrorBytes = 256; // PCAP_ERRBUF_SIZE
    const int Packet = 1;
    const int NoneForNow = 0;
    const int AddressBytes = 6;

    static readonly Lazy<Library> s_library = new(() => new Library());

    readonly Library library = s_library.Value;
    readonly void* capture;
    readonly ulong ownAddress;

    PacketCapture(void* capture, ulong ownAddress, Fd readiness)
    {
        this.capture = capture;
        this.ownAddress = ownAddress;
        Readiness = readiness;
    }

    /// <summary>Readable while a frame waits. This object's.</summary>
    public Fd Readiness { get; }

    /// <summary>Opens an Ethernet interface of the calling thread's network namespace: promiscuous, each frame as soon as it comes.</summary>
    /// <param name="maxFrameBytes">Of longer frames nothing is seen.</param>
    /// <exception cref="LibraryMissingException">No libpcap.</exception>
    /// <exception cref="LinuxException">ENODEV, EPERM; EINVAL when frames there are not Ethernet's.</exception>
    public static PacketCapture Open(string name, int maxFrameBytes)
    {
        Library library = s_library.Value;
        byte[]? address = Address(name);
        byte* error = stackalloc byte[ErrorBytes];
        void* capture;
        fixed (byte* text = Syscalls.Path(name))
        {
            capture = library.Create(text, error);
        }
        if (capture is null)
        {
            throw new LinuxException(EIO, "pcap_create", name, Marshal.PtrToStringUTF8((nint)error));
        }
        try
        {
            library.SetSnapshotLength(capture, maxFrameBytes);
            library.SetPromiscuous(capture, 1);
            library.SetImmediate(capture, 1);
            int done = library.Activate(capture);
            if (done < 0)
            {
                throw new LinuxException(Errno(done), "pcap_activate", name, Marshal.PtrToStringUTF8((nint)library.GetError(capture)));
            }
            if (library.DataLink(capture) != EthernetLink)
            {
                throw new LinuxException(EINVAL, "pcap_datalink", name, "its frames are not Ethernet's");
            }
            if (library.SetNonBlock(capture, 1, error) < 0)
            {
                throw new LinuxException(EIO, "pcap_setnonblock", name, Marshal.PtrToStringUTF8((nint)error));
            }
            int copy = fcntl(library.SelectableFd(capture), Kernel.DuplicateCloexec, 3);
            return copy >= 0 ? new PacketCapture(capture, Key(address), new Fd(copy)) : throw new LinuxException(errno, "dup", name);
        }
        catch
        {
            library.Close(capture);
            throw;
        }
    }

    /// <summary>Copies the next frame that the interface itself has not sent. Never waits.</summary>
    /// <returns>Bytes; EAGAIN when none is waiting; ENETDOWN once the interface is down or gone. A frame longer than was asked for is passed over.</returns>
    public IoResult Read(Span<byte> into)
    {
        while (true)
        {
            PacketHeader* header;
            byte* bytes;
            switch (library.Next(capture, &header, &bytes))
            {
                case Packet when header->Captured == header->Length && header->Captured <= into.Length && !IsOwn(bytes, header->Captured):
                    // The library's until the next call.
                    new ReadOnlySpan<byte>(bytes, (int)header->Captured).CopyTo(into);
                    return new IoResult((int)header->Captured, 0);
                case Packet:
                    continue;
                case NoneForNow:
                    return new IoResult(0, EAGAIN);
                default:
                    return new IoResult(0, ENETDOWN);
            }
        }
    }

    /// <summary>Puts a frame on the wire.</summary>
    public IoResult Write(ReadOnlySpan<byte> frame)
    {
        fixed (byte* bytes = frame)
        {
            Marshal.SetLastSystemError(0);
            int done = library.Inject(capture, bytes, (nuint)frame.Length);
            return done >= 0 ? new IoResult(done, 0) : new IoResult(0, Marshal.GetLastSystemError() is var error and not 0 ? error : EIO);
        }
    }

    public void Dispose()
    {
        if (!Readiness.IsClosed)
        {
            Readiness.Dispose();
            library.Close(capture);
        }
    }

    bool IsOwn(byte* frame, uint length) => length >= 2 * AddressBytes && Key(new ReadOnlySpan<byte>(frame + AddressBytes, AddressBytes)) == ownAddress;

    static ulong Key(ReadOnlySpan<byte> address)
    {
        ulong key = 0;
        address.CopyTo(MemoryMarshal.AsBytes(new Span<ulong>(ref key)));
        return key;
    }

    static byte[]? Address(string name)
    {
        using RouteReader reader = RouteReader.Open();
        return reader.Links().FirstOrDefault(link => link.Name == name)?.Mac?.GetAddressBytes() is { Length: AddressBytes } address ? address : null;
    }

    // pcap/pcap.h.
    static int Errno(int error) => error switch
    {
        -5 => ENODEV, // PCAP_ERROR_NO_SUCH_DEVICE
        -8 or -11 => EPERM, // PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED
        -9 => ENETDOWN, // PCAP_ERROR_IFACE_NOT_UP
        _ => EIO,
    };

    /// <summary>struct pcap_pkthdr, pcap/pcap.h.</summary>
    internal struct PacketHeader
    {
        public long Seconds;
        public long Microseconds;
        public uint Captured;
        public uint Length;
    }

    sealed class Library
    {
        public readonly delegate* unmanaged[Cdecl]<byte*, byte*, void*> Create;
        public readonly delegate* unmanaged[Cdecl]<void*, int, int> SetSnapshotLength;
        public readonly delegate* unmanaged[Cdecl]<void*, int, int> SetPromiscuous;
        public readonly delegate* unmanaged[Cdecl]<void*, int, int> SetImmediate;
        public readonly delegate* unmanaged[Cdecl]<void*, int> Activate;
        public readonly delegate* unmanaged[Cdecl]<void*, int> DataLink;
        public readonly delegate* unmanaged[Cdecl]<void*, int, byte*, int> SetNonBlock;
        public readonly delegate* unmanaged[Cdecl]<void*, int> SelectableFd;
        public readonly delegate* unmanaged[Cdecl]<void*, PacketHeader**, byte**, int> Next;
        public readonly delegate* unmanaged[Cdecl]<void*, byte*, nuint, int> Inject;
        public readonly delegate* unmanaged[Cdecl]<void*, byte*> GetError;
        public readonly delegate* unmanaged[Cdecl]<void*, void> Close;

        public Library()
        {
            nint library = SystemLibrary.Load("libpcap0.8", "libpcap.so.0.8", "libpcap.so.1");
            Create = (delegate* unmanaged[Cdecl]<byte*, byte*, void*>)NativeLibrary.GetExport(library, "pcap_create");
            SetSnapshotLength = (delegate* unmanaged[Cdecl]<void*, int, int>)NativeLibrary.GetExport(library, "pcap_set_snaplen");
            SetPromiscuous = (delegate* unmanaged[Cdecl]<void*, int, int>)NativeLibrary.GetExport(library, "pcap_set_promisc");
            SetImmediate = (delegate* unmanaged[Cdecl]<void*, int, int>)NativeLibrary.GetExport(library, "pcap_set_immediate_mode");
            Activate = (delegate* unmanaged[Cdecl]<void*, int>)NativeLibrary.GetExport(library, "pcap_activate");
            DataLink = (delegate* unmanaged[Cdecl]<void*, int>)NativeLibrary.GetExport(library, "pcap_datalink");
            SetNonBlock = (delegate* unmanaged[Cdecl]<void*, int, byte*, int>)NativeLibrary.GetExport(library, "pcap_setnonblock");
            SelectableFd = (delegate* unmanaged[Cdecl]<void*, int>)NativeLibrary.GetExport(library, "pcap_get_selectable_fd");
            Next = (delegate* unmanaged[Cdecl]<void*, PacketHeader**, byte**, int>)NativeLibrary.GetExport(library, "pcap_next_ex");
            Inject = (delegate* unmanaged[Cdecl]<void*, byte*, nuint, int>)NativeLibrary.GetExport(library, "pcap_inject");
            GetError = (delegate* unmanaged[Cdecl]<void*, byte*>)NativeLibrary.GetExport(library, "pcap_geterr");
            Close = (delegate* unmanaged[Cdecl]<void*, void>)NativeLibrary.GetExport(library, "pcap_close");
        }
    }
}
