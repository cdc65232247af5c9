using System.Buffers;
using System.Text;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;

namespace Vdeorch.Cli.Capturing;

/// <summary>A pcapng file, or a pipe to somebody who reads one. What has gone wrong ends behind the last whole block that is known to be there.</summary>
sealed class PcapngOutput : ICaptureOutput
{
    const int EnoughBytes = 256 * 1024;

    readonly ArrayBufferWriter<byte> blocks = new(2 * EnoughBytes);
    readonly OutputFile file;
    readonly PcapngWriter writer;
    long written;

    /// <param name="file">Still the caller's.</param>
    public PcapngOutput(OutputFile file, int maxFrameBytes)
    {
        this.file = file;
        writer = new PcapngWriter(blocks, $"vdeorch {Encoding.UTF8.GetString(Release.Utf8)}", maxFrameBytes);
    }

    public void Describe(string port) => writer.Describe(port);

    public void Add(string port, bool isOutward, long time, ReadOnlySpan<byte> frame, int length)
    {
        writer.Add(port, isOutward, time, frame, length);
        if (blocks.WrittenCount >= EnoughBytes)
        {
            Flush();
        }
    }

    public void Flush()
    {
        try
        {
            file.Write(blocks.WrittenSpan);
        }
        catch (LinuxException)
        {
            file.CutTo(written);
            throw;
        }

        written += blocks.WrittenCount;
        blocks.ResetWrittenCount();
    }

    public void Finish(long time, IReadOnlyDictionary<string, long> dropped)
    {
        writer.Finish(time, dropped);
        Flush();
    }
}

/// <summary>A line for each frame.</summary>
/// <param name="file">Still the caller's.</param>
sealed class LineOutput(OutputFile file, TimeZoneInfo zone) : ICaptureOutput
{
    readonly StringBuilder lines = new();

    public void Describe(string port)
    {
    }

    public void Add(string port, bool isOutward, long time, ReadOnlySpan<byte> frame, int length) =>
        lines.Append(FrameLine.Of(port, isOutward, time, frame, length, zone)).Append('\n');

    public void Flush()
    {
        file.Write(Encoding.UTF8.GetBytes(lines.ToString()));
        lines.Clear();
    }

    public void Finish(long time, IReadOnlyDictionary<string, long> dropped) => Flush();
}
