using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;

namespace Vdeorch.Cli.Inputs;

/// <summary>From what the user typed as FILE to a read topology. What the file system refuses is a diagnostic like any other.</summary>
static class FileReader
{
    public const string StandardInput = "-";

    /// <param name="name">A path, or <c>-</c> for standard input.</param>
    /// <remarks>Reads at most one byte more than <see cref="TopologyReader.MaxBytes"/>, however large the file is.</remarks>
    public static TopologyFile Read(string name) => Read(name, name == StandardInput ? "<stdin>" : name);

    /// <param name="shown">What diagnostics call it, and what gives a topology without a name its own.</param>
    public static TopologyFile Read(string name, string shown)
    {
        string path = Path.GetFullPath(name == StandardInput ? shown : name);
        try
        {
            using Stream stream = Open(name);
            byte[]? bytes = ReadAll(stream);
            return bytes is null
                ? Wrong(path, Diagnose("VDE0004", shown, $"the file is larger than {TopologyReader.MaxBytes / (1024 * 1024)} MiB", "a topology file is text written by people; is this the right file?"))
                : new TopologyFile(path, bytes, TopologyReader.Read(bytes, shown, Path.GetDirectoryName(path), new KeyFiles()));
        }
        catch (FileNotFoundException)
        {
            return Wrong(path, Diagnose("VDE0001", shown, "no such file", Nearest(path)));
        }
        catch (DirectoryNotFoundException)
        {
            return Wrong(path, Diagnose("VDE0001", shown, "no such file: its directory does not exist", null));
        }
        catch (UnauthorizedAccessException)
        {
            // The same exception for a directory and for one without permission.
            return Wrong(path, Directory.Exists(path)
                ? Diagnose("VDE0003", shown, "this is a directory", "name a file in it")
                : Diagnose("VDE0002", shown, "permission denied", null));
        }
        catch (IOException e)
        {
            return Wrong(path, Diagnose("VDE0005", shown, $"it cannot be read: {e.Message}", null));
        }
    }

    static Stream Open(string name)
    {
        if (name == StandardInput)
        {
            return Console.OpenStandardInput();
        }

        FileStreamOptions options = new() { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        return new FileStream(name, options);
    }

    // Null: too large. A length is not to be trusted (pipes, /proc), so it is read until there is nothing or too much.
    static byte[]? ReadAll(Stream stream)
    {
        if (stream.CanSeek && stream.Length > TopologyReader.MaxBytes)
        {
            return null;
        }

        using MemoryStream all = new();
        byte[] block = new byte[64 * 1024];
        while (stream.Read(block) is > 0 and int count)
        {
            all.Write(block, 0, count);
            if (all.Length > TopologyReader.MaxBytes)
            {
                return null;
            }
        }

        return all.ToArray();
    }

    static string? Nearest(string path)
    {
        try
        {
            IEnumerable<string> files = Directory.EnumerateFiles(Path.GetDirectoryName(path)!).Take(1000).Select(file => Path.GetFileName(file));
            return Spelling.Nearest(Path.GetFileName(path), files) is { } near ? $"did you mean '{near}'?" : null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    static TopologyFile Wrong(string path, Diagnostic diagnostic) => new(path, ReadOnlyMemory<byte>.Empty, new ReadResult(null, [diagnostic]));

    static Diagnostic Diagnose(string code, string file, string message, string? suggestion) =>
        new(code, Severity.Error, file, new SourceSpan(0, 1, 1), message, suggestion);
}

/// <param name="Path">Absolute; for standard input a name in the current directory, which relative names start from.</param>
/// <param name="Utf8">What it said; empty when it could not be read.</param>
sealed record TopologyFile(string Path, ReadOnlyMemory<byte> Utf8, ReadResult Result);
