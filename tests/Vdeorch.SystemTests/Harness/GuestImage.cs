using System.Globalization;
using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>
/// What guests boot: a kernel of Debian's, and a root file system in memory with busybox, the drivers of virtio-net and e1000, and an init that gives
/// a shell to the serial console. Made once a run from what <c>.ci/guest</c> fetched; everybody may read it.
/// </summary>
static class GuestImage
{
    // Guest waits for @ready. The loop, as a shell that finds a terminal edits lines, and loses those that come early. Without echo and without carriage returns the console carries what is written to it and no more.
    const string Init = """
        #!/bin/busybox sh
        /bin/busybox --install -s /bin
        export PATH=/bin
        mount -t proc proc /proc
        mount -t sysfs sys /sys
        mount -t devtmpfs dev /dev
        modprobe virtio_pci
        modprobe virtio_net
        modprobe e1000
        ip link set lo up
        stty -F /dev/ttyS0 -echo -onlcr
        exec setsid sh -c 'exec </dev/ttyS0 >/dev/ttyS0 2>&1; echo @ready; while IFS= read -r line; do eval "$line"; done'

        """;

    static readonly SemaphoreSlim s_making = new(1);

    static string Cache => Environment.GetEnvironmentVariable("VDEORCH_GUEST") is { Length: > 0 } named ? named
        : Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "vdeorch", "guest");

    static string Ours => Path.Combine(Host.Current.Directory, "guest");

    public static string Kernel => Path.Combine(Ours, "vmlinuz");

    public static string Initramfs => Path.Combine(Ours, "initramfs");

    /// <summary>Makes both files where they are not there yet; skips the test where nothing was fetched to make them of.</summary>
    public static async Task NeedAsync()
    {
        Host.Needs("qemu-system-x86_64");
        Assert.SkipUnless(File.Exists(Path.Combine(Cache, "complete")), $"this test boots a guest, and {Cache} has no kernel for it: run .ci/guest");
        await s_making.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!File.Exists(Initramfs))
            {
                await MakeAsync();
            }
        }
        finally
        {
            s_making.Release();
        }
    }

    static async Task MakeAsync()
    {
        string root = Path.Combine(Ours, "root");
        foreach (string directory in (string[])["bin", "dev", "lib", "proc", "sys", "tmp"])
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
        }

        string busybox = Path.Combine(root, "bin", "busybox");
        File.Copy(Path.Combine(Cache, "busybox"), busybox, overwrite: true);
        File.SetUnixFileMode(busybox, (UnixFileMode)0b111_101_101);
        File.Copy(Path.Combine(Cache, "vmlinuz"), Kernel, overwrite: true);
        await File.WriteAllTextAsync(Path.Combine(root, "init"), Init);
        File.SetUnixFileMode(Path.Combine(root, "init"), (UnixFileMode)0b111_101_101);
        string version = Path.GetFileName(Assert.Single(Directory.GetDirectories(Path.Combine(Cache, "modules"))));
        string making = Path.Combine(Ours, "making");
        // depmod writes the order in which modules load; the archive is the format that the kernel unpacks by itself.
        string script = string.Create(CultureInfo.InvariantCulture, $"cp -R '{Path.Combine(Cache, "modules")}' lib && bin/busybox depmod -b . {version} && bin/busybox find . | bin/busybox cpio -o -H newc >'{making}'");
        (await Running.ToEndAsync(["sh", "-ec", script], directory: root)).Exited(0);
        Directory.Delete(root, recursive: true);
        foreach (string file in (string[])[Kernel, making])
        {
            File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);
        }

        // Last, as its name says that all is there.
        File.Move(making, Initramfs);
    }
}
