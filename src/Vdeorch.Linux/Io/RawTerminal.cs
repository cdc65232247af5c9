using System.Runtime.InteropServices;
using Vdeorch.Linux.Streams;

namespace Vdeorch.Linux.Io;

/// <summary>Has the terminal at standard input pass on every key as it is, without echo, until it is disposed; then it is as it was.</summary>
/// <remarks>termios(3)</remarks>
public sealed unsafe class RawTerminal : IDisposable
{
    const int Input = 0;
    const int Drained = 1;

    SerialPort.Settings _before;

    RawTerminal(SerialPort.Settings before) => _before = before;

    /// <exception cref="LinuxException">ENOTTY when it is no terminal.</exception>
    public static RawTerminal Enter()
    {
        SerialPort.Settings before;
        Check(SerialPort.GetAttributes(Input, &before), "tcgetattr");
        SerialPort.Settings raw = before;
        SerialPort.MakeRaw(&raw);
        Check(SerialPort.SetAttributes(Input, Drained, &raw), "tcsetattr");
        return new RawTerminal(before);
    }

    public void Dispose()
    {
        // Ours to the end of the call.
        fixed (SerialPort.Settings* before = &_before)
        {
            _ = SerialPort.SetAttributes(Input, Drained, before);
        }
    }

    static void Check(int result, string operation)
    {
        if (result < 0)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), operation, "standard input");
        }
    }
}
