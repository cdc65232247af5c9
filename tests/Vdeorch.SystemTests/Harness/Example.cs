using System.Text.RegularExpressions;
using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>A file of topologies/, and what it says of itself: <c>x-needs: root</c>, <c>x-needs: ssh remote.host</c>, and with <c>x-before</c> what is typed first.</summary>
sealed partial class Example
{
    /// <summary>What examples include; no topologies by themselves.</summary>
    const string Fragments = "fragments/";

    /// <summary>What can be laid over an example while it runs: files of the same names.</summary>
    const string Edits = "edits/";

    /// <summary>Where a file looks for what guests boot, when nobody says.</summary>
    const string GuestPlace = ".cache/vdeorch/guest";

    readonly string _text;

    /// <param name="path">From topologies/: talk/vxvde.yaml.</param>
    public Example(string path)
    {
        Path = path;
        _text = File.ReadAllText(System.IO.Path.Combine(Folder, path));
    }

    public static IEnumerable<Example> All => Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories)
        .Select(file => System.IO.Path.GetRelativePath(Folder, file)).Where(path => !path.StartsWith(Fragments, StringComparison.Ordinal) && !path.StartsWith(Edits, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(path => new Example(path));

    static string Folder => System.IO.Path.Combine(Repository, "topologies");

    /// <summary>The checkout.</summary>
    public static string Repository
    {
        get
        {
            DirectoryInfo? at = new(AppContext.BaseDirectory);
            while (at is not null && !File.Exists(System.IO.Path.Combine(at.FullName, "Vdeorch.sln")))
            {
                at = at.Parent;
            }

            return at?.FullName ?? throw new DirectoryNotFoundException("the tests are not below Vdeorch.sln");
        }
    }

    public string Path { get; }

    public bool NeedsRoot => Needs == "root";

    /// <summary>A scenario of the talk: on a host of its own, with another one beside it.</summary>
    public bool IsOfTheTalk => Path.StartsWith("talk/", StringComparison.Ordinal);

    /// <summary>The prepared edit, and between whom pings go on meanwhile as if nothing was (<c>x-unharmed: NAMESPACE ADDRESS</c>); null when there is none.</summary>
    public (string File, string From, string To)? Edit
    {
        get
        {
            string file = System.IO.Path.Combine(Folder, Edits, Path);
            if (!File.Exists(file))
            {
                return null;
            }

            Match unharmed = UnharmedLine().Match(File.ReadAllText(file));
            Assert.True(unharmed.Success, $"{file} does not say whom it does no harm");
            return (file, unharmed.Groups[1].Value, unharmed.Groups[2].Value);
        }
    }

    string? Needs => NeedsLine().Match(_text) is { Success: true } line ? line.Groups[1].Value : null;

    /// <summary>Puts the file where that user may read and write beside it, under its own name, which is the topology's, and types what comes before.</summary>
    public async Task<string> PlaceAsync(Lab lab)
    {
        Assert.SkipWhen(Needs is { } what && what.StartsWith("ssh", StringComparison.Ordinal) && lab.Programs is null, $"{Path} needs {Needs}, which the tests have as root");
        if (_text.Contains(GuestPlace, StringComparison.Ordinal))
        {
            await GuestImage.NeedAsync();
            lab.Variables["VDEORCH_VAR_guest"] = GuestImage.Directory;
        }

        string directory = Directory.CreateDirectory(System.IO.Path.Combine(lab.Files, "own")).FullName;
        string copy = System.IO.Path.Combine(directory, System.IO.Path.GetFileName(Path));
        await File.WriteAllTextAsync(copy, _text);
        PlaceFragments(directory);
        if (Edit is { } edit)
        {
            File.Copy(edit.File, System.IO.Path.Combine(Directory.CreateDirectory(System.IO.Path.Combine(directory, Edits)).FullName, System.IO.Path.GetFileName(Path)));
        }

        if (Host.IsRoot && lab.Who != Who.Root)
        {
            (await Running.ToEndAsync(["chown", "65534:65534", directory])).Exited(0);
        }

        if (BeforeLine().Match(_text) is { Success: true } before)
        {
            (await Running.ToEndAsync([.. Host.Current.As(lab.Who, ["sh", "-ec", before.Groups[1].Value])], lab.Environment, directory)).Exited(0);
        }

        return copy;
    }

    /// <summary>Puts what examples include beside them.</summary>
    public static void PlaceFragments(string directory)
    {
        foreach (string fragment in Directory.EnumerateFiles(System.IO.Path.Combine(Folder, Fragments)))
        {
            File.Copy(fragment, System.IO.Path.Combine(Directory.CreateDirectory(System.IO.Path.Combine(directory, Fragments)).FullName, System.IO.Path.GetFileName(fragment)));
        }
    }

    [GeneratedRegex(@"^x-needs: *(.*?) *(?:#.*)?$", RegexOptions.Multiline)]
    private static partial Regex NeedsLine();

    [GeneratedRegex(@"^x-unharmed: *([a-z0-9-]+) +([0-9a-f.:]+) *$", RegexOptions.Multiline)]
    private static partial Regex UnharmedLine();

    [GeneratedRegex(@"^x-before: *(.*)$", RegexOptions.Multiline)]
    private static partial Regex BeforeLine();
}
