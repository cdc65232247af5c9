namespace Vdeorch.Linux.Io;

/// <summary>The errors that decide something outside this assembly; asm-generic/errno-base.h and errno.h.</summary>
public static class Errnos
{
    public const int NotPermitted = 1;
    public const int AccessDenied = 13;
    public const int NoEntry = 2;
    public const int Io = 5;

    /// <summary>ENXIO</summary>
    public const int NoDeviceOrAddress = 6;

    /// <summary>Nothing to read, or no room to write, for now.</summary>
    public const int Again = 11;

    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int Invalid = 22;
    public const int NoSpace = 28;

    /// <summary>ENOSYS</summary>
    public const int NotImplemented = 38;

    public const int NotEmpty = 39;

    /// <summary>ENFILE, EMFILE: no descriptor is left to the system, to the process.</summary>
    public const int TooManyInSystem = 23;
    public const int TooManyInProcess = 24;

    /// <summary>EPIPE: nobody reads any more.</summary>
    public const int BrokenPipe = 32;

    /// <summary>EMSGSIZE: a datagram, or a segment of one, longer than what carries it.</summary>
    public const int MessageTooLong = 90;

    /// <summary>EPROTOTYPE: the name belongs to a socket of another kind.</summary>
    public const int WrongKind = 91;

    public const int AddressInUse = 98;

    /// <summary>EAFNOSUPPORT: the kernel, or a module that is not loaded, has no such sockets.</summary>
    public const int NoSuchFamily = 97;

    public const int ProtocolNotSupported = 93;

    /// <summary>The other side has gone.</summary>
    public const int ConnectionReset = 104;

    public const int IsConnected = 106;
    public const int NotConnected = 107;
    public const int TimedOut = 110;
    public const int ConnectionRefused = 111;
}
