using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>
/// What guests boot: a kernel of Debian's, and a root file system in memory whose init gives a shell to the serial console. <c>.ci/guest</c> has made
/// both; here are copies that everybody may read.
/// </summary>
static class GuestImage
{
    static readonly SemaphoreSlim s_making = new(1);

    static string Cache => Environment.GetEnvironmentVariable("VDEORCH_GUEST") is { Length: > 0 } named ? named
        : Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "vdeorch", "guest");

    /// <summary>Of both, as <c>.ci/guest</c> leaves them.</summary>
    public static string Directory => Ours;

    static string Ours => Path.Combine(Host.Current.Directory, "guest");

    public static string Kernel => Path.Combine(Ours, "vmlinuz");

    public static string Initramfs => Path.Combine(Ours, "initramfs");

    /// <summary>Copies both files where they are not there yet; skips the test where there are none.</summary>
    public static async Task NeedAsync()
    {
        Host.Needs("qemu-system-x86_64");
        Assert.SkipUnless(File.Exists(Path.Combine(Cache, "initramfs")), $"this test boots a guest, and {Cache} has no kernel for it: run .ci/guest");
        await s_making.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!File.Exists(Initramfs))
            {
                Copy();
            }
        }
        finally
        {
            s_making.Release();
        }
    }

    // The cache is its user's alone.
    static void Copy()
    {
        System.IO.Directory.CreateDirectory(Ours);
        foreach ((string from, string to) in ((string, string)[])[("vmlinuz", Kernel), ("initramfs", Initramfs)])
        {
            File.Copy(Path.Combine(Cache, from), $"{to}.new", overwrite: true);
            File.SetUnixFileMode($"{to}.new", (UnixFileMode)0b110_100_100);
            File.Move($"{to}.new", to);
        }
    }
}
