using System.Collections.Immutable;
using System.Text;
using Vdeorch.Engine.Entering;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>The files of a namespace, where <see cref="PrivateView"/> takes them from.</summary>
internal static class FileWriter
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode Open = (UnixFileMode)0b111_101_101;

    /// <summary>Makes those that are missing, changes those that differ, and removes all others.</summary>
    public static void Write(RunDirectory run, string topology, NamespaceSpec spec)
    {
        string root = run.Files(topology, spec.Name);
        string stubs = run.Stubs(topology, spec.Name);
        Prune(root, [.. spec.Files.Select(file => file.Path)]);
        Prune(stubs, [.. spec.Files.Select(file => file.Path)]);
        foreach (NamespaceFile file in spec.Files)
        {
            MakeDirectories(root, file.Path);
            MakeDirectories(stubs, file.Path);
            WriteFile($"{root}/{file.Path}", file);
            File.WriteAllBytes($"{stubs}/{file.Path}", []);
        }
    }

    /// <summary>Where files are to be seen that the host does not have, tries whether the kernel can show them: else the first program would find out.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static async Task ProveAsync(RunDirectory run, string topology, NamespaceSpec spec)
    {
        ImmutableArray<BindMount> mounts = PrivateView.Of(run, topology, spec.Name, "self");
        if (!mounts.Any(mount => mount.IsLaidOver))
        {
            return;
        }

        try
        {
            int pid = Spawner.Spawn(new SpawnRequest { Program = "true", Arguments = ["true"], Environment = [], Binds = mounts });
            using ProcessHandle process = ProcessHandle.TryOpen(pid)!;
            await process.WaitForExitAsync(CancellationToken.None);
        }
        catch (LinuxException refused) when (refused.Operation.StartsWith("mount", StringComparison.Ordinal))
        {
            string[] missing = [.. spec.Files.Where(file => !PrivateView.CanBind($"/{file.Path}")).Select(file => file.Path)];
            throw new IOException($"files: the host has no plain file {string.Join(", ", missing.Select(path => $"/{path}"))} to put a private one over, and this kernel does not show one where there is none ({refused.Message}): name only files that the host has, or make an empty one there", refused);
        }
    }

    public static void Remove(RunDirectory run, string topology, string ns)
    {
        foreach (string directory in new[] { run.Files(topology, ns), run.Stubs(topology, ns), PrivateView.Aside(run, topology, ns) }.Where(Directory.Exists))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // In place: a program that runs has the inode mounted, and sees what is written into it.
    static void WriteFile(string path, NamespaceFile file)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(file.Text);
        if (new FileInfo(path) is { LinkTarget: not null } link)
        {
            link.Delete();
        }

        if (!File.Exists(path) || !bytes.AsSpan().SequenceEqual(File.ReadAllBytes(path)))
        {
            // Before there is anything to read in it.
            using FileStream stream = new(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = OwnerOnly, Share = FileShare.ReadWrite });
            stream.SetLength(0);
            stream.Write(bytes);
        }

        File.SetUnixFileMode(path, (UnixFileMode)file.Mode);
    }

    // As the host has them where it has them: laid over /etc, a directory's permissions are those of the upper one.
    static void MakeDirectories(string root, string path)
    {
        Directory.CreateDirectory(root, Open);
        File.SetUnixFileMode(root, Open);
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            string directory = $"{root}/{path[..slash]}";
            Directory.CreateDirectory(directory);
            File.SetUnixFileMode(directory, Directory.Exists($"/{path[..slash]}") ? File.GetUnixFileMode($"/{path[..slash]}") & Open | (UnixFileMode)0b111_000_000 : Open);
        }
    }

    // A file may be where a directory has to be, and the other way round.
    static void Prune(string root, HashSet<string> wanted)
    {
        if (!Directory.Exists(root))
        {
            return;
        }

        foreach (string path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).ToArray())
        {
            if (!wanted.Contains(Path.GetRelativePath(root, path)))
            {
                File.Delete(path);
            }
        }

        foreach (string directory in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length).ToArray())
        {
            if (!Directory.EnumerateFileSystemEntries(directory).Any())
            {
                Directory.Delete(directory);
            }
        }
    }
}
