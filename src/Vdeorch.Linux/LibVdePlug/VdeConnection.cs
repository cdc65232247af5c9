using System.Runtime.InteropServices;
using Tmds.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.LibVdePlug;

/// <summary>A connection of the system's libvdeplug, for a process that does nothing else: its plugins may print, block, exit and crash as they like.</summary>
/// <remarks>vde_open(3)</remarks>
public sealed unsafe class VdeConnection : IDisposable
{
    const int InterfaceVersion = 1;
    const int MinFrameBytes = 14;

    /// <summary>VDE_ETHBUFSIZE of libvdeplug.h.</summary>
    const int BufferBytes = 9216 + 14 + 4;

    readonly Library library;
    readonly nint connection;

    VdeConnection(Library library, nint connection) => (this.library, this.connection) = (library, connection);

    /// <param name="port">0: not asked for.</param>
    /// <param name="mode">-1: 0700, as vde_plug has it.</param>
    /// <exception cref="LibraryMissingException">No libvdeplug.</exception>
    /// <exception cref="LinuxException">What the plugin says; EPROTONOSUPPORT when there is none of that name.</exception>
    public static VdeConnection Open(string url, string description, int port, string? group, int mode)
    {
        Library library = new();
        fixed (byte* urlText = Syscalls.Path(url))
        fixed (byte* descriptionText = Syscalls.Path(description))
        fixed (byte* groupText = group is null ? null : Syscalls.Path(group))
        {
            OpenArguments arguments = new() { Port = port, Group = groupText, Mode = mode < 0 ? 0x1c0 : (uint)mode };
            Marshal.SetLastSystemError(0);
            nint connection = library.Open(urlText, descriptionText, InterfaceVersion, &arguments);
            return connection != 0 ? new VdeConnection(library, connection) : throw new LinuxException(Marshal.GetLastSystemError(), "vde_open", url);
        }
    }

    /// <summary>Passes frames between the connection and a socket of packets until either is at its end.</summary>
    public void Relay(Fd packets)
    {
        byte* frame = stackalloc byte[BufferBytes];
        pollfd* waiting = stackalloc pollfd[3];
        waiting[0] = new pollfd { fd = packets.Number, events = POLLIN };
        waiting[1] = new pollfd { fd = library.DataFd(connection), events = POLLIN };
        // -1 for a plug without one: poll passes over it.
        waiting[2] = new pollfd { fd = library.ControlFd(connection), events = POLLIN };
        while (true)
        {
            if (poll(waiting, 3, -1) < 0)
            {
                continue;
            }
            if (waiting[2].revents != 0 || (waiting[0].revents != 0 && !Give(packets, frame)) || (waiting[1].revents != 0 && !Take(packets, frame)))
            {
                return;
            }
        }
    }

    public void Dispose() => library.Close(connection);

    bool Give(Fd packets, byte* frame)
    {
        nint bytes = (nint)recv(packets.Number, frame, BufferBytes, MSG_DONTWAIT);
        if (bytes > 0)
        {
            _ = library.Send(connection, frame, (nuint)bytes, 0);
        }
        return bytes > 0 || (bytes < 0 && errno is var error && (error == EAGAIN || error == EINTR));
    }

    bool Take(Fd packets, byte* frame)
    {
        Marshal.SetLastSystemError(0);
        nint bytes = library.Receive(connection, frame, BufferBytes, 0);
        if (bytes >= MinFrameBytes)
        {
            _ = send(packets.Number, frame, (size_t)bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        // 1 means "nothing for you", and 0 is not the end to vde_plug either.
        return bytes >= 0 || Marshal.GetLastSystemError() is var error && (error == EAGAIN || error == EINTR);
    }

    /// <summary>struct vde_open_args, libvdeplug.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct OpenArguments
    {
        public int Port;
        public byte* Group;
        public uint Mode;
    }

    sealed class Library
    {
        public readonly delegate* unmanaged[Cdecl]<byte*, byte*, int, OpenArguments*, nint> Open;
        public readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, int, nint> Receive;
        public readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, int, nint> Send;
        public readonly delegate* unmanaged[Cdecl]<nint, int> DataFd;
        public readonly delegate* unmanaged[Cdecl]<nint, int> ControlFd;
        public readonly delegate* unmanaged[Cdecl]<nint, int> Close;

        public Library()
        {
            nint library = SystemLibrary.Load("libvdeplug2", "libvdeplug.so.2");
            Open = (delegate* unmanaged[Cdecl]<byte*, byte*, int, OpenArguments*, nint>)NativeLibrary.GetExport(library, "vde_open_real");
            Receive = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, int, nint>)NativeLibrary.GetExport(library, "vde_recv");
            Send = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, int, nint>)NativeLibrary.GetExport(library, "vde_send");
            DataFd = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "vde_datafd");
            ControlFd = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "vde_ctlfd");
            Close = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "vde_close");
        }
    }
}
