using System.Runtime.InteropServices;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Streams;

/// <summary>A serial line, or a pseudo terminal in its place: bytes as they are, 8N1, without flow control.</summary>
/// <remarks>termios(3). A speed is given as a number; the C library turns it into the kernel's word for it.</remarks>
public static unsafe partial class SerialPort
{
    // asm-generic/termbits.h; held to the system's headers by AbiTests.
    internal const uint StopBits2 = 0x40;
    internal const uint Receiver = 0x80;
    internal const uint Local = 0x800;
    internal const uint HardwareFlow = 0x80000000;

    /// <param name="speed">Bits a second.</param>
    /// <returns>The two directions; the caller's.</returns>
    /// <exception cref="LinuxException">ENOTTY when it is no terminal; EINVAL for a speed it does not have.</exception>
    public static (StreamEnd Reads, StreamEnd Writes) Open(string path, int speed)
    {
        Fd port = Syscalls.Open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
        try
        {
            Settings settings;
            Check(GetAttributes(port.Number, &settings), "tcgetattr", path);
            // This too: a read waits for one byte, so with O_NONBLOCK "none" is EAGAIN and 0 is the end.
            MakeRaw(&settings);
            settings.Control = (settings.Control & ~(StopBits2 | HardwareFlow)) | Receiver | Local;
            Check(SetSpeed(&settings, (uint)speed), "cfsetspeed", $"{path} at {speed}");
            const int Now = 0;
            Check(SetAttributes(port.Number, Now, &settings), "tcsetattr", path);
            int copy = fcntl(port.Number, Kernel.DuplicateCloexec, 3);
            Check(copy, "dup", path);
            return (StreamEnd.Own(port), StreamEnd.Own(new Fd(copy)));
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    static void Check(int result, string operation, string subject)
    {
        if (result < 0)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), operation, subject);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "tcgetattr", SetLastError = true)]
    internal static partial int GetAttributes(int fd, Settings* into);

    [LibraryImport("libc.so.6", EntryPoint = "tcsetattr", SetLastError = true)]
    internal static partial int SetAttributes(int fd, int when, Settings* settings);

    [LibraryImport("libc.so.6", EntryPoint = "cfmakeraw")]
    internal static partial void MakeRaw(Settings* settings);

    [LibraryImport("libc.so.6", EntryPoint = "cfsetspeed", SetLastError = true)]
    private static partial int SetSpeed(Settings* settings, uint speed);

    /// <summary>struct termios of the C library, 60 bytes; what is not named is left as it was.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 60)]
    internal struct Settings
    {
        public uint Input;
        public uint Output;
        public uint Control;
        public uint Line;
    }
}
