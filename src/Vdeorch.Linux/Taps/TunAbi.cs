using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Taps;

/// <summary>linux/if_tun.h and linux/if.h, where Tmds.LibC has nothing. Held to the system's headers by <c>AbiTests</c>.</summary>
static class TunAbi
{
    public const uint TUNSETIFF = 0x400454ca;
    public const uint TUNSETPERSIST = 0x400454cb;
    public const uint TUNSETOFFLOAD = 0x400454d0;
    public const uint TUNGETIFF = 0x800454d2;
    public const uint TUNGETVNETHDRSZ = 0x800454d7;
    public const uint TUNSETVNETHDRSZ = 0x400454d8;

    public const short IFF_TUN = 0x0001;
    public const short IFF_TAP = 0x0002;
    public const short IFF_NO_PI = 0x1000;
    public const short IFF_VNET_HDR = 0x4000;

    public const int TUN_F_CSUM = 0x01;
    public const int TUN_F_TSO4 = 0x02;
    public const int TUN_F_TSO6 = 0x04;
    public const int TUN_F_TSO_ECN = 0x08;

    /// <summary>Linux 6.2.</summary>
    public const int TUN_F_USO4 = 0x20;
    public const int TUN_F_USO6 = 0x40;

    public const int IFNAMSIZ = 16;

    /// <summary>struct ifreq: the name, then a union of 24 bytes of which we use ifr_flags.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    public unsafe struct InterfaceRequest
    {
        [FieldOffset(0)] public fixed byte ifr_name[IFNAMSIZ];
        [FieldOffset(16)] public short ifr_flags;
    }
}
