using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Slirp;

/// <summary>slirp/libslirp.h. A test holds it to the header where that is installed.</summary>
static unsafe class SlirpAbi
{
    /// <summary>Of <see cref="Config"/>: all that is used was in the first, so every libslirp will do.</summary>
    public const uint ConfigVersion = 1;

    public const int PollIn = 1;
    public const int PollOut = 2;
    public const int PollPriority = 4;
    public const int PollError = 8;
    public const int PollHangUp = 16;

    /// <summary>struct SlirpConfig, of version 4. Addresses in network order; bool is one byte.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Config
    {
        public uint Version;
        public int Restricted;
        public byte In4Enabled;
        public uint Network4;
        public uint Mask4;
        public uint Host4;
        public byte In6Enabled;
        public Address6 Prefix6;
        public byte PrefixLength6;
        public Address6 Host6;
        public byte* HostName;
        public byte* TftpServerName;
        public byte* TftpPath;
        public byte* BootFile;
        public uint DhcpStart;
        public uint NameServer4;
        public Address6 NameServer6;
        public byte** DnsSearch;
        public byte* DomainName;
        public nuint Mtu;
        public nuint Mru;
        public byte DisableHostLoopback;
        public byte EnableEmulation;
        public nint OutboundAddress4;
        public nint OutboundAddress6;
        public byte DisableDns;
        public byte DisableDhcp;
    }

    /// <summary>struct in6_addr, which is aligned to four bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    public struct Address6
    {
        public uint First;
    }

    /// <summary>struct SlirpCb, of version 4. The last argument of each is what was given to slirp_new.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Callbacks
    {
        public delegate* unmanaged[Cdecl]<byte*, nuint, nint, nint> SendPacket;
        public delegate* unmanaged[Cdecl]<byte*, nint, void> GuestError;
        public delegate* unmanaged[Cdecl]<nint, long> ClockNanoseconds;
        public delegate* unmanaged[Cdecl]<nint, nint, nint, nint> TimerNew;
        public delegate* unmanaged[Cdecl]<nint, nint, void> TimerFree;
        public delegate* unmanaged[Cdecl]<nint, long, nint, void> TimerModify;
        public delegate* unmanaged[Cdecl]<int, nint, void> RegisterPollFd;
        public delegate* unmanaged[Cdecl]<int, nint, void> UnregisterPollFd;
        public delegate* unmanaged[Cdecl]<nint, void> Notify;
        public nint InitCompleted;
        public nint TimerNewOpaque;
    }
}
