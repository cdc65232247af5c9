using System.Collections.Immutable;
using Vdeorch.Model.Reading;

namespace Vdeorch.UnitTests.Reading;

/// <summary>
/// What a golden folder is read from: <c>input.yaml</c>, over it <c>overlay.yaml</c>, values in <c>vars.yaml</c> and, a line each, <c>set.txt</c>; any other file may be included. Only
/// the first has to be there.
/// </summary>
static class CaseInput
{
    public static ReadResult Read(string folder)
    {
        string set = Path.Combine(folder, "set.txt");
        TopologyInput input = new()
        {
            Files = Files(folder, "input.yaml", "overlay.yaml"),
            VariableFiles = Files(folder, "vars.yaml"),
            Variables = File.Exists(set) ? [.. File.ReadLines(set).Select(line => line.Split('=', 2)).Select(pair => new GivenVariable(pair[0], pair[1], $"--set {pair[0]}={pair[1]}"))] : [],
        };
        return TopologyReader.Read(input, new Folder(folder), new KeyFilesOfACase(Path.Combine(folder, "key-files.txt")));
    }

    static ImmutableArray<InputFile> Files(string folder, params string[] names) =>
        [.. names.Where(name => File.Exists(Path.Combine(folder, name))).Select(name => new InputFile(name, $"/{name}", File.ReadAllBytes(Path.Combine(folder, name))))];

    /// <summary>As if it were the root of the disk.</summary>
    internal sealed class Folder(string folder) : IFragments
    {
        public bool TryRead(string path, out ReadOnlyMemory<byte> utf8, out string why)
        {
            string file = Path.Combine(folder, path[1..]);
            why = "no such file";
            utf8 = File.Exists(file) ? File.ReadAllBytes(file) : default;
            return File.Exists(file);
        }
    }
}
