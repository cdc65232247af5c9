using System.Text;
using Vdeorch.Linux.Io;
using static Tmds.Linux.LibC;
using static Vdeorch.Linux.Taps.TunAbi;

namespace Vdeorch.Linux.Taps;

/// <summary>What is in front of every packet of a tun interface.</summary>
public enum TunHeader
{
    /// <summary>Four bytes, struct tun_pi: flags and a protocol.</summary>
    Protocol,

    /// <summary>Ten bytes, struct virtio_net_hdr: what is left to do to it.</summary>
    Virtio,
}

/// <summary>The other end of an interface whose packets have no Ethernet header.</summary>
/// <remarks>linux/Documentation/networking/tuntap.rst.</remarks>
public static unsafe class Tun
{
    /// <summary>Opens, or makes, the interface of that name in the calling thread's network namespace, to be handed to a program: it outlives its last descriptor, and has the header asked for from now on. O_NONBLOCK, CLOEXEC.</summary>
    /// <exception cref="LinuxException">EBUSY when someone else is attached; EINVAL for a name the kernel would not take, or an interface that is no tun.</exception>
    public static Fd Open(string name, TunHeader header)
    {
        if (Encoding.UTF8.GetByteCount(name) is 0 or >= IFNAMSIZ || name.Contains('%', StringComparison.Ordinal))
        {
            throw new LinuxException(EINVAL, "TUNSETIFF", name);
        }

        Fd tun = Tap.OpenDevice(name);
        try
        {
            InterfaceRequest request = default;
            Encoding.UTF8.GetBytes(name, new Span<byte>(request.ifr_name, IFNAMSIZ));
            request.ifr_flags = header == TunHeader.Protocol ? IFF_TUN : (short)(IFF_TUN | IFF_NO_PI | IFF_VNET_HDR);
            Tap.Control(tun, TUNSETIFF, &request, "TUNSETIFF", name);
            Tap.Control(tun, TUNSETPERSIST, (void*)1, "TUNSETPERSIST", name);
            return tun;
        }
        catch
        {
            tun.Dispose();
            throw;
        }
    }
}
