using System.Buffers;
using System.Text;

namespace Vdeorch.Cli.Inputs;

/// <summary>Reads a growing file line by line. Nothing is held open in between, so a file that is replaced or cut is followed too.</summary>
sealed class LogTail(string path)
{
    // A program that never ends its line must not fill our memory.
    const int MaxLineBytes = 1024 * 1024;

    readonly ArrayBufferWriter<byte> partial = new();
    long position;

    /// <summary>Skips all but the last <paramref name="lines"/> of what is there now.</summary>
    public void SeekToTail(int lines)
    {
        using FileStream file = Open();
        byte[] block = new byte[64 * 1024];
        long end = file.Length;
        int breaks = 0;
        bool isLast = true;
        while (end > 0)
        {
            int count = (int)Math.Min(block.Length, end);
            end -= count;
            file.Position = end;
            file.ReadExactly(block.AsSpan(0, count));
            for (int at = count - 1; at >= 0; at--)
            {
                // The break that ends the last line begins none.
                if (block[at] == '\n' && !isLast && ++breaks == lines || lines == 0)
                {
                    position = lines == 0 ? file.Length : end + at + 1;
                    return;
                }

                isLast = false;
            }
        }

        position = 0;
    }

    /// <summary>Gives every line that has come to an end since the last call.</summary>
    public void ReadNew(Action<string> give)
    {
        using FileStream file = Open();
        if (file.Length < position)
        {
            position = 0;
            partial.ResetWrittenCount();
        }

        file.Position = position;
        byte[] block = new byte[64 * 1024];
        while (file.Read(block) is > 0 and int count)
        {
            position += count;
            Split(block.AsSpan(0, count), give);
        }
    }

    /// <summary>Gives the last line, when it has no end.</summary>
    public void Finish(Action<string> give)
    {
        if (partial.WrittenCount > 0)
        {
            Give(give);
        }
    }

    FileStream Open() => new(path, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });

    void Split(ReadOnlySpan<byte> bytes, Action<string> give)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and int at)
        {
            partial.Write(bytes[..at]);
            Give(give);
            bytes = bytes[(at + 1)..];
        }

        partial.Write(bytes);
        if (partial.WrittenCount > MaxLineBytes)
        {
            Give(give);
        }
    }

    void Give(Action<string> give)
    {
        give(Encoding.UTF8.GetString(partial.WrittenSpan));
        partial.ResetWrittenCount();
    }
}
