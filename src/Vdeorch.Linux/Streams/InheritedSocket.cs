using Tmds.Linux;
using Vdeorch.Linux.Io;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Streams;

/// <summary>Sockets that whoever started us left open for us.</summary>
public static unsafe class InheritedSocket
{
    /// <summary>Takes over a socket of SOCK_SEQPACKET by its number; no child of ours gets it.</summary>
    /// <returns>The caller's.</returns>
    /// <exception cref="LinuxException">EBADF or ENOTSOCK when it is none; EPROTOTYPE when it is of another type.</exception>
    public static Fd Take(int number)
    {
        string subject = $"descriptor {number}";
        int type;
        socklen_t bytes = sizeof(int);
        if (getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &bytes) < 0 || fcntl(number, F_SETFD, FD_CLOEXEC) < 0)
        {
            throw new LinuxException(errno, "SO_TYPE", subject);
        }
        return type == SOCK_SEQPACKET ? new Fd(number) : throw new LinuxException(EPROTOTYPE, "SO_TYPE", subject);
    }
}
