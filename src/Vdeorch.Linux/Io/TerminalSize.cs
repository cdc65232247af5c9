using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Io;

/// <summary>How large the terminal at standard output is. Asking changes nothing of it.</summary>
public static unsafe class TerminalSize
{
    // asm-generic/ioctls.h
    const int TIOCGWINSZ = 0x5413;
    const int Output = 1;

    /// <returns>Null where there is no terminal. Either number is 0 on one that does not know.</returns>
    /// <remarks>ioctl_tty(2)</remarks>
    public static (int Columns, int Lines)? Look()
    {
        // Ours to the end of the call.
        WindowSize size = default;
        return ioctl(Output, TIOCGWINSZ, &size) == 0 ? (size.Columns, size.Lines) : null;
    }

    /// <summary>struct winsize of asm-generic/termios.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct WindowSize
    {
        public ushort Lines;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }
}
