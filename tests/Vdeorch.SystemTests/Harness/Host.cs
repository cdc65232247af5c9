using System.Globalization;
using Vdeorch.SystemTests.Harness;
using Xunit;

[assembly: AssemblyFixture(typeof(Host))]

namespace Vdeorch.SystemTests.Harness;

/// <summary>
/// What all tests share: the binary under test, where every user can read it; the users; and /dev/net/tun open to them.
/// Made once, put back at the end.
/// </summary>
public sealed class Host : IAsyncLifetime
{
    const string Tun = "/dev/net/tun";
    const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    static Host? s_current;

    readonly string _name = string.Create(CultureInfo.InvariantCulture, $"vt{System.Environment.ProcessId}");
    UnixFileMode _tunMode;

    public static Host Current => s_current ?? throw new InvalidOperationException("the assembly fixture has not run");

    /// <summary>Of the tests themselves.</summary>
    public static bool IsRoot => System.Environment.IsPrivilegedProcess;

    /// <summary>The published binary when CI names it, else the framework-dependent build beside the tests.</summary>
    public static string Original { get; } = System.Environment.GetEnvironmentVariable("VDEORCH_BINARY") is { Length: > 0 } named
        ? Path.GetFullPath(named) : Path.Combine(AppContext.BaseDirectory, "vdeorch");

    /// <summary>The published binary has no managed assembly beside it.</summary>
    public static bool IsAot { get; } = !File.Exists($"{Original}.dll");

    /// <summary>A directory of ours that everybody may enter.</summary>
    public string Directory { get; private set; } = "";

    /// <summary>A copy that everybody may run; the original may be below a home directory.</summary>
    public string Binary => Path.Combine(Directory, "bin", "vdeorch");

    public string Home(Who who) => Path.Combine(Directory, $"home-{who}");

    public async ValueTask InitializeAsync()
    {
        s_current = this;
        TestContext.Current.SendDiagnosticMessage($"binary under test: {Original} ({(IsAot ? "NativeAOT" : "framework-dependent")})");
        Directory = System.IO.Directory.CreateTempSubdirectory("vt-host-").FullName;
        File.SetUnixFileMode(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        CopyBinary();
        foreach (Who who in Enum.GetValues<Who>())
        {
            System.IO.Directory.CreateDirectory(Home(who));
        }

        if (!IsRoot)
        {
            return;
        }

        if (File.Exists(Tun))
        {
            _tunMode = File.GetUnixFileMode(Tun);
            File.SetUnixFileMode(Tun, ForAll);
        }

        (await Running.ToEndAsync(["chown", "65534:65534", Home(Who.User)])).Exited(0);
        await AddUserWithIdsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRoot)
        {
            if (File.Exists(Tun))
            {
                File.SetUnixFileMode(Tun, _tunMode);
            }

            await Running.ToEndAsync(["userdel", _name]);
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>The command as that user; skips the test where that cannot be.</summary>
    public IEnumerable<string> As(Who who, IEnumerable<string> command)
    {
        if (!IsRoot)
        {
            Assert.SkipWhen(who != Who.User, "only root can become somebody else; run the tests as root");
            return command;
        }

        return who switch
        {
            Who.Root => command,
            Who.User => ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. command],
            _ => ["setpriv", $"--reuid={_name}", $"--regid={_name}", "--clear-groups", .. command],
        };
    }

    public Dictionary<string, string?> Environment(Who who) => new()
    {
        ["HOME"] = IsRoot ? Home(who) : System.Environment.GetEnvironmentVariable("HOME"),
        ["USER"] = who switch { Who.Root => "root", Who.User => "nobody", _ => _name },
        ["XDG_RUNTIME_DIR"] = null,
        ["NO_COLOR"] = "1",
        ["SHELL"] = "/bin/sh",
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        // Where a framework-dependent build finds its framework, whatever the path.
        ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..")),
        // The runtime's own debugging sockets in /tmp are not ours to clean up.
        ["DOTNET_EnableDiagnostics"] = "0",
    };

    /// <summary>Skips the test when a program it looks at the world with is missing; CI installs them all.</summary>
    public static void Needs(params string[] programs)
    {
        string[] places = [.. (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/sbin"];
        string[] missing = [.. programs.Where(program => !places.Any(place => File.Exists(Path.Combine(place, program))))];
        Assert.SkipWhen(missing.Length > 0, $"this test looks at the world with {string.Join(", ", missing)}, which is not installed");
    }

    void CopyBinary()
    {
        string from = Path.GetDirectoryName(Original)!;
        string to = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "bin")).FullName;
        IEnumerable<string> files = IsAot ? [Original] : System.IO.Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".dll", StringComparison.Ordinal) || Path.GetFileName(file).StartsWith("vdeorch", StringComparison.Ordinal));
        foreach (string file in files)
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.SetUnixFileMode(Binary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    async Task AddUserWithIdsAsync()
    {
        (await Running.ToEndAsync(["useradd", "--user-group", "--no-create-home", "--home-dir", Home(Who.UserWithIds), "--shell", "/bin/sh", _name])).Exited(0);
        // Debian's useradd gives a range by itself only where login.defs says so.
        if (!File.Exists("/etc/subuid") || !File.ReadLines("/etc/subuid").Any(line => line.StartsWith($"{_name}:", StringComparison.Ordinal)))
        {
            (await Running.ToEndAsync(["usermod", "--add-subuids", "700000-765535", "--add-subgids", "700000-765535", _name])).Exited(0);
        }

        (await Running.ToEndAsync(["chown", $"{_name}:{_name}", Home(Who.UserWithIds)])).Exited(0);
    }
}
