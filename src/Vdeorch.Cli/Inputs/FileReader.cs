using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;

namespace Vdeorch.Cli.Inputs;

/// <summary>From what the user typed as FILE to a read topology. What the file system refuses is a diagnostic like any other.</summary>
static class FileReader
{
    public const string StandardInput = "-";

    /// <param name="name">A path, or <c>-</c> for standard input.</param>
    /// <remarks>Reads at most one byte more than <see cref="TopologyReader.MaxBytes"/>, however large the file is.</remarks>
    public static TopologyFile Read(string name) => Read(new InputWords([name], [], []));

    /// <summary>All files of one topology, with what `vars` get from outside.</summary>
    public static TopologyFile Read(InputWords words) => Read(Load(words));

    /// <summary>Their texts alone.</summary>
    public static LoadedFiles Load(InputWords words)
    {
        List<Diagnostic> wrong = [];
        TopologyInput input = new() { Files = LoadAll(words.Files, wrong), VariableFiles = LoadAll(words.VariableFiles, wrong), Variables = [.. Environment(), .. words.Set] };
        return new LoadedFiles(PathOf(words.Files[0]), input, [.. wrong]);
    }

    public static TopologyFile Read(LoadedFiles loaded) =>
        new(loaded.Path, loaded.Wrong.IsEmpty ? TopologyReader.Read(loaded.Input, new Fragments(), new KeyFiles()) : new ReadResult(null, loaded.Wrong) { Input = loaded.Input });

    static string PathOf(string name) => Path.GetFullPath(name == StandardInput ? Shown(name) : name);

    // What diagnostics call it, and what gives a topology without a name its own.
    static string Shown(string name) => name == StandardInput ? "<stdin>" : name;

    static IEnumerable<GivenVariable> Environment()
    {
        const string Prefix = "VDEORCH_VAR_";
        return System.Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Select(variable => (Name: (string)variable.Key, Value: (string?)variable.Value ?? ""))
            .Where(variable => variable.Name.StartsWith(Prefix, StringComparison.Ordinal))
            .OrderBy(variable => variable.Name, StringComparer.Ordinal)
            .Select(variable => new GivenVariable(variable.Name[Prefix.Length..], variable.Value, $"{variable.Name}={variable.Value}", IsOptional: true));
    }

    static ImmutableArray<InputFile> LoadAll(IEnumerable<string> names, List<Diagnostic> wrong) => [.. names.Select(name => Load(name, wrong)).OfType<InputFile>()];

    /// <param name="wrong">Gets why there is nothing.</param>
    /// <returns>Its bytes, whatever they are.</returns>
    public static InputFile? Load(string name, List<Diagnostic> wrong)
    {
        string path = PathOf(name);
        if (ReadBytes(name, path, out (DiagnosticCode Code, string Message, string? Suggestion) why) is { } bytes)
        {
            return new InputFile(Shown(name), path, bytes);
        }

        wrong.Add(new Diagnostic(why.Code.Code, why.Code.Severity, Shown(name), new SourceSpan(0, 1, 1), why.Message, why.Suggestion));
        return null;
    }

    static byte[]? ReadBytes(string name, string path, out (DiagnosticCode Code, string Message, string? Suggestion) why)
    {
        why = default;
        try
        {
            using Stream stream = Open(name);
            if (ReadAll(stream) is { } bytes)
            {
                return bytes;
            }

            why = (DiagnosticCatalog.LargerThanAny, $"the file is larger than {TopologyReader.MaxBytes / (1024 * 1024)} MiB", "a topology file is text written by people; is this the right file?");
        }
        catch (FileNotFoundException)
        {
            why = (DiagnosticCatalog.NoSuchFile, "no such file", Nearest(path));
        }
        catch (DirectoryNotFoundException)
        {
            why = (DiagnosticCatalog.NoSuchFile, "no such file: its directory does not exist", null);
        }
        catch (UnauthorizedAccessException)
        {
            // The same exception for a directory and for one without permission.
            why = Directory.Exists(path) ? (DiagnosticCatalog.IsDirectory, "this is a directory", "name a file in it") : (DiagnosticCatalog.NotAllowed, "permission denied", null);
        }
        catch (IOException e)
        {
            why = (DiagnosticCatalog.NotReadable, $"it cannot be read: {e.Message}", null);
        }

        return null;
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

    sealed class Fragments : IFragments
    {
        public bool TryRead(string path, out ReadOnlyMemory<byte> utf8, out string why)
        {
            byte[]? bytes = ReadBytes(path, path, out (DiagnosticCode Code, string Message, string? Suggestion) wrong);
            utf8 = bytes;
            why = wrong.Suggestion is { } hint ? $"{wrong.Message} ({hint})" : wrong.Message;
            return bytes is not null;
        }
    }
}

/// <summary>What the user typed of the files of one topology.</summary>
/// <param name="Files">In the order given, each laid over those before it. At least one.</param>
/// <param name="VariableFiles">Of <c>--vars</c>.</param>
/// <param name="Set">Of <c>--set</c>.</param>
sealed record InputWords(ImmutableArray<string> Files, ImmutableArray<string> VariableFiles, ImmutableArray<GivenVariable> Set)
{
    /// <summary>For messages: the file, or all of them.</summary>
    public override string ToString() => string.Join(" + ", Files);
}

/// <param name="Path">As of <see cref="TopologyFile"/>.</param>
/// <param name="Wrong">Why some are not there.</param>
sealed record LoadedFiles(string Path, TopologyInput Input, ImmutableArray<Diagnostic> Wrong);

/// <param name="Path">Of the first file, absolute; for standard input a name in the current directory, which relative names start from.</param>
sealed record TopologyFile(string Path, ReadResult Result);
