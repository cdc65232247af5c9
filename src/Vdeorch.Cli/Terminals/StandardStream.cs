using Vdeorch.Linux;
using Vdeorch.Linux.Io;

namespace Vdeorch.Cli.Terminals;

/// <summary>
/// Standard output or error, and nothing else: the runtime's own stream, at its first byte, switches the keypad of a terminal for whoever reads keys, and leaves it so. Nothing is written
/// for a reader that has gone, as the runtime's stream has it.
/// </summary>
sealed class StandardStream(OutputFile file) : Stream
{
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Standard output; one that is closed takes everything.</summary>
    public static Stream Output() => Open(() => OutputFile.Standard());

    /// <summary>Standard error; one that is closed takes everything.</summary>
    public static Stream Error() => Open(() => OutputFile.StandardError());

    /// <exception cref="IOException">The disk behind it is full, say.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            file.Write(buffer);
        }
        catch (LinuxException refused) when (refused.Errno == Errnos.BrokenPipe)
        {
            // Nobody reads on.
        }
        catch (LinuxException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is kept back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }

    static Stream Open(Func<OutputFile> open)
    {
        try
        {
            return new StandardStream(open());
        }
        catch (LinuxException)
        {
            return Null;
        }
    }
}
