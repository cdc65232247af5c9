using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using Vdeorch.Linux.Io;
using static Tmds.Linux.LibC;
using static Vdeorch.Linux.Taps.TunAbi;

namespace Vdeorch.Linux.Taps;

/// <summary>
/// The other end of an Ethernet interface: what the kernel sends there is read here. Each frame is preceded by its virtio-net header, so that the
/// kernel neither cuts nor checksums what another tap takes whole.
/// </summary>
/// <remarks>linux/Documentation/networking/tuntap.rst; a descriptor keeps the network namespace it was opened in, wherever it is passed.</remarks>
public static unsafe partial class Tap
{
    /// <summary>Bytes of struct virtio_net_hdr_v1, in front of every frame, either way.</summary>
    public const int HeaderBytes = 12;

    // The kernel takes "vde%d" for a pattern.
    static readonly SearchValues<char> Refused = SearchValues.Create("%/: \t\n\0");

    /// <summary>Opens, or makes, the tap of that name in the calling thread's network namespace: header of 12 bytes, offloads on, O_NONBLOCK, CLOEXEC.</summary>
    /// <param name="persistent">Whether the interface outlives its last descriptor; set on one that exists too.</param>
    /// <exception cref="LinuxException">EBUSY when someone else is attached; EINVAL for a name the kernel would not take as it stands, or an interface that is no tap.</exception>
    public static Fd Open(string name, bool persistent)
    {
        if (name.Length == 0)
        {
            throw new LinuxException(EINVAL, "TUNSETIFF", name);
        }
        return OpenOrNumber(name, persistent);
    }

    /// <summary>Like <see cref="Open"/>; for an empty name the kernel takes the first of tap0, tap1, … that is free.</summary>
    public static Fd OpenOrNumber(string name, bool persistent)
    {
        if (Encoding.UTF8.GetByteCount(name) >= IFNAMSIZ || name.AsSpan().ContainsAny(Refused))
        {
            throw new LinuxException(EINVAL, "TUNSETIFF", name);
        }
        Fd tap = OpenDevice(name);
        try
        {
            InterfaceRequest request = default;
            Encoding.UTF8.GetBytes(name, new Span<byte>(request.ifr_name, IFNAMSIZ));
            request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
            Control(tap, TUNSETIFF, &request, "TUNSETIFF", name);
            int headerBytes = HeaderBytes;
            Control(tap, TUNSETVNETHDRSZ, &headerBytes, "TUNSETVNETHDRSZ", name);
            SetOffloads(tap, name);
            Control(tap, TUNSETPERSIST, (void*)(persistent ? 1 : 0), "TUNSETPERSIST", name);
            return tap;
        }
        catch
        {
            tap.Dispose();
            throw;
        }
    }

    public static void SetPersistent(Fd tap, bool persistent) =>
        Control(tap, TUNSETPERSIST, (void*)(persistent ? 1 : 0), "TUNSETPERSIST", $"descriptor {tap.Number}");

    /// <summary>Whether frames can be read and written as <see cref="Open"/> promises, for a descriptor that came from elsewhere. Makes it O_NONBLOCK.</summary>
    /// <exception cref="LinuxException">ENOTTY or EPROTO when it is no tap with a header of 12 bytes; EBADFD when its interface is gone.</exception>
    public static void Verify(Fd tap)
    {
        string subject = $"descriptor {tap.Number}";
        InterfaceRequest request = default;
        Control(tap, TUNGETIFF, &request, "TUNGETIFF", subject);
        int headerBytes = 0;
        Control(tap, TUNGETVNETHDRSZ, &headerBytes, "TUNGETVNETHDRSZ", subject);
        const short Wanted = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
        if ((request.ifr_flags & Wanted) != Wanted || headerBytes != HeaderBytes)
        {
            throw new LinuxException(EPROTO, "TUNGETIFF", subject);
        }
        int flags = fcntl(tap.Number, F_GETFL);
        if (flags < 0 || fcntl(tap.Number, F_SETFL, flags | O_NONBLOCK) < 0)
        {
            throw new LinuxException(errno, "F_SETFL", subject);
        }
    }

    /// <summary>Reads one header and frame. Never blocks.</summary>
    /// <param name="into">A frame longer than this is cut by the kernel.</param>
    /// <returns>Bytes with the header, or EAGAIN when none is waiting; EBADFD or EIO once the interface has been deleted under us.</returns>
    public static IoResult Read(Fd tap, Span<byte> into)
    {
        // Pinned for the call alone: the kernel keeps no pointer.
        fixed (byte* bytes = into)
        {
            nint count = (nint)read(tap.Number, bytes, (size_t)into.Length);
            return count >= 0 ? new IoResult((int)count, 0) : new IoResult(0, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Writes one header and frame; the kernel has delivered it to its protocols, or dropped it, when this returns.</summary>
    /// <returns>EIO while the interface is down, EINVAL for a header that does not fit its frame, EBADFD when the interface is gone.</returns>
    public static IoResult Write(Fd tap, ReadOnlySpan<byte> headerAndFrame)
    {
        fixed (byte* bytes = headerAndFrame)
        {
            nint count = (nint)write(tap.Number, bytes, (size_t)headerAndFrame.Length);
            return count >= 0 ? new IoResult((int)count, 0) : new IoResult(0, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>A macvtap interface that exists: its own device takes the place of /dev/net/tun.</summary>
    /// <returns>As from <see cref="Open"/>.</returns>
    /// <exception cref="LinuxException">ENODEV when there is no such interface in the calling thread's network namespace, or it is no macvtap.</exception>
    public static Fd OpenMacvtap(string name)
    {
        int index = 0;
        if (name.Length is > 0 and < IFNAMSIZ && !name.AsSpan().ContainsAny(Refused))
        {
            fixed (byte* text = Native.Syscalls.Path(name))
            {
                index = InterfaceIndex(text);
            }
        }
        if (index == 0)
        {
            throw new LinuxException(ENODEV, "if_nametoindex", name);
        }
        Fd tap = Native.Syscalls.Open($"/dev/tap{index}", O_RDWR | O_NONBLOCK);
        try
        {
            InterfaceRequest request = default;
            Encoding.UTF8.GetBytes(name, new Span<byte>(request.ifr_name, IFNAMSIZ));
            request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
            Control(tap, TUNSETIFF, &request, "TUNSETIFF", name);
            int headerBytes = HeaderBytes;
            Control(tap, TUNSETVNETHDRSZ, &headerBytes, "TUNSETVNETHDRSZ", name);
            SetOffloads(tap, name);
            return tap;
        }
        catch
        {
            tap.Dispose();
            throw;
        }
    }

    internal static Fd OpenDevice(string name)
    {
        fixed (byte* path = "/dev/net/tun\0"u8)
        {
            int number = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC, default);
            int error = number >= 0 ? 0 : errno;
            return error == 0 ? new Fd(number)
                : TunDevice.StateOf(error) is null ? throw new LinuxException(error, "open /dev/net/tun", name)
                : throw new TunUnusableException(error, name);
        }
    }

    static void SetOffloads(Fd tap, string name)
    {
        const int Tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
        if (ioctl(tap.Number, (int)TUNSETOFFLOAD, Tcp | TUN_F_USO4 | TUN_F_USO6) < 0)
        {
            // Before Linux 6.2.
            Control(tap, TUNSETOFFLOAD, (void*)Tcp, "TUNSETOFFLOAD", name);
        }
    }

    internal static void Control(Fd tap, uint request, void* argument, string operation, string subject)
    {
        if (ioctl(tap.Number, unchecked((int)request), argument) < 0)
        {
            throw new LinuxException(errno, operation, subject);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "if_nametoindex", SetLastError = true)]
    private static partial int InterfaceIndex(byte* name);
}
