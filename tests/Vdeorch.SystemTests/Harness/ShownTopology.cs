using System.Text.RegularExpressions;
using Vdeorch.SystemTests.Interop;

namespace Vdeorch.SystemTests.Harness;

/// <summary>
/// A topology that a page shows, to be applied as it stands there. What it speaks of and does not make is made first, and found in its text: switches of others
/// (<c>vde:///tmp/mysw</c>), the file of a key, fragments, directories that are served, <c>eth0</c>, and the file that an overlay lies over, which its first line quotes.
/// </summary>
/// <param name="Page">From the repository: docs/language.md.</param>
/// <param name="Line">Of its fence.</param>
sealed partial record ShownTopology(string Page, int Line, string Text)
{
    const string Fence = "```";

    /// <summary>Why the one below is not run, on a page: <c>&lt;!-- not applied by the tests: why --&gt;</c>.</summary>
    const string NotApplied = "<!-- not applied by the tests: ";

    /// <summary>What stands above it when it cannot be applied here; else null.</summary>
    public string? Reason { get; init; }

    /// <summary>Sockets and directories that it makes and has to take away.</summary>
    public IEnumerable<string> Makes => Made().Matches(Text).Select(match => match.Groups[1].Value);

    public static IEnumerable<ShownTopology> Of(string page)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Example.Repository, page));
        for (int at = 0; at < lines.Length; at++)
        {
            if (lines[at] == $"{Fence}yaml")
            {
                string? reason = lines[..at].LastOrDefault(line => line.Length > 0) is { } above && above.StartsWith(NotApplied, StringComparison.Ordinal) ? above[NotApplied.Length..].Replace("-->", "", StringComparison.Ordinal).Trim() : null;
                yield return new ShownTopology(page, at + 1, string.Join('\n', lines.Skip(at + 1).TakeWhile(line => line != Fence)) + "\n") { Reason = reason };
            }
        }
    }

    /// <summary>Makes what has to be there, on the first host, and writes the files.</summary>
    public async Task<PlacedTopology> PlaceAsync(Lab lab, TwoHosts hosts)
    {
        List<Running> switches = [];
        string directory = Directory.CreateDirectory(Path.Combine(lab.Files, "own")).FullName;
        Example.PlaceFragments(directory);
        foreach (string key in KeyFile().Matches(Text).Select(match => match.Groups[1].Value))
        {
            string path = Path.Combine(directory, key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "00112233445566778899aabbccddeeff");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        foreach (string key in TunnelKey().Matches(Text).Select(match => match.Groups[1].Value))
        {
            string path = Path.Combine(directory, key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        foreach (string root in ServedDirectory().Matches(Text).Select(match => match.Groups[1].Value))
        {
            Directory.CreateDirectory(Path.Combine(directory, root));
        }

        foreach (string sw in OthersSwitch().Matches(Text).Select(match => match.Groups[1].Value).Distinct())
        {
            Host.Needs("vde_switch");
            switches.Add(hosts.Hosts.Start(1, "vde_switch", "-s", sw));
            await Wait.UntilAsync($"{sw} is there", () => File.Exists($"{sw}/ctl"));
        }

        if (Text.Contains("interface: eth0", StringComparison.Ordinal))
        {
            await OverlayLab.IpAsync($"-n {hosts.Hosts.Name(1)} link set wire down");
            await OverlayLab.IpAsync($"-n {hosts.Hosts.Name(1)} link set wire name eth0 up");
            await OverlayLab.IpAsync($"-n {hosts.Hosts.Name(1)} route add 224.0.0.0/4 dev eth0");
        }

        await PlaceImagesAsync(directory);
        string file = lab.Write(NameLine().Replace(Text, ""), Path.Combine("own", "lab.yaml"));
        if (Below().Match(Text) is not { Success: true } below)
        {
            return new PlacedTopology(["-f", file], switches);
        }

        string under = Path.Combine(directory, below.Groups[1].Value);
        await File.WriteAllTextAsync(under, $"{{ topology: {lab.Topology}, {below.Groups[2].Value} }}\n");
        return new PlacedTopology(["-f", under, "-f", file], switches);
    }

    // A kernel that boots, and disks of a megabyte.
    async Task PlaceImagesAsync(string directory)
    {
        foreach (string image in Image().Matches(Text).Select(match => match.Value).Distinct())
        {
            string path = Path.Combine(directory, image);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!image.EndsWith(".raw", StringComparison.Ordinal))
            {
                await GuestImage.NeedAsync();
                File.Copy(image.EndsWith("vmlinuz", StringComparison.Ordinal) ? GuestImage.Kernel : GuestImage.Initramfs, path, overwrite: true);
                continue;
            }

            await using FileStream disk = File.Create(path);
            disk.SetLength(1 << 20);
        }
    }

    public override string ToString() => $"{Page}:{Line}";

    [GeneratedRegex(@"\broot: \./([a-z]+)")]
    private static partial Regex ServedDirectory();

    [GeneratedRegex(@"\b(?:socket|console|path): (/[^ ,}\n]+)")]
    private static partial Regex Made();

    [GeneratedRegex(@"(?:private|preshared)-key: ([^ ,}\n]+)")]
    private static partial Regex TunnelKey();

    [GeneratedRegex(@"(?<!-)\bkey: ([^ ,}\n]+)")]
    private static partial Regex KeyFile();

    [GeneratedRegex(@"\bvde://(/[^ ,""\[}\n]+)")]
    private static partial Regex OthersSwitch();

    [GeneratedRegex(@"\A# ([a-z]+\.yaml): (.*)")]
    private static partial Regex Below();

    [GeneratedRegex(@"\bimages/[a-z.]+\b")]
    private static partial Regex Image();

    [GeneratedRegex("^topology:.*\n", RegexOptions.Multiline)]
    private static partial Regex NameLine();
}

/// <summary>One that is ready to be applied.</summary>
/// <param name="Files">The options that name its files; it is called as the lab says.</param>
sealed record PlacedTopology(string[] Files, IReadOnlyList<Running> Switches) : IAsyncDisposable
{
    /// <summary>Ends the switches of others as they like it: killed, they would leave their directories.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (Running sw in Switches)
        {
            await OverlayLab.EndAsync(sw);
        }
    }
}
