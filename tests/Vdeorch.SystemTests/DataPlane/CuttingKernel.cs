using System.Diagnostics;
using System.Runtime.InteropServices;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Taps;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.SystemTests.DataPlane;

/// <summary>A bridge from a tap that takes super-frames to one that takes none: what the kernel makes of them comes out there.</summary>
sealed class CuttingKernel : IDisposable
{
    const uint TUNSETOFFLOAD = 0x400454d0;

    readonly Fd into;
    readonly Fd from;
    readonly byte[] room = new byte[VirtioNetHeader.Bytes + FrameBatch.MaxFrameBytes];

    /// <param name="host">Of the lab, and not in it yet.</param>
    public CuttingKernel(Lab lab, int host)
    {
        into = lab.AddHost(host);
        from = lab.In(host, () =>
        {
            Fd tap = Tap.Open("plain", persistent: false);
            if (ioctl(tap.Number, (int)TUNSETOFFLOAD, 0) != 0)
            {
                throw new IOException($"TUNSETOFFLOAD: {Marshal.GetLastPInvokeErrorMessage()}");
            }
            Ip("link add br0 type bridge stp_state 0 mcast_snooping 0 forward_delay 0");
            Ip("link set vde0 master br0");
            Ip("link set plain master br0");
            Ip("link set plain up");
            Ip("link set br0 up");
            return tap;
        });
    }

    /// <returns>The frames that come out for this one, as many as are expected; fewer when no more come within a second.</returns>
    public List<byte[]> Cut(ReadOnlySpan<byte> headerAndFrame, int expected)
    {
        Drain();
        IoResult written = Tap.Write(into, headerAndFrame);
        if (!written.IsOk)
        {
            throw new IOException($"the kernel refused it: errno {written.Errno}");
        }
        List<byte[]> frames = [];
        long deadline = Environment.TickCount64 + 1_000;
        while (frames.Count < expected && Environment.TickCount64 < deadline)
        {
            IoResult read = Tap.Read(from, room);
            if (read.IsOk)
            {
                frames.Add(room[VirtioNetHeader.Bytes..read.Count]);
            }
            else
            {
                Thread.Yield();
            }
        }
        return frames;
    }

    public void Dispose()
    {
        into.Dispose();
        from.Dispose();
    }

    public static void Ip(string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new IOException($"ip {arguments}: {errors}");
        }
    }

    void Drain()
    {
        while (Tap.Read(from, room).IsOk)
        {
        }
    }

    [DllImport("libc.so.6", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int ioctl(int fd, nint request, nint argument);
}
