using System.Diagnostics;
using System.Runtime.CompilerServices;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Taps;
using Vdeorch.Plugs.Frames;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

public class AbiTests
{
    /// <summary>C expression to our value. Names that this system's headers may lack are guarded by themselves.</summary>
    static readonly (string Expression, long Ours)[] Claims =
    [
        ("TUNSETIFF", TunAbi.TUNSETIFF), ("TUNSETPERSIST", TunAbi.TUNSETPERSIST), ("TUNSETOFFLOAD", TunAbi.TUNSETOFFLOAD),
        ("TUNGETIFF", TunAbi.TUNGETIFF), ("TUNGETVNETHDRSZ", TunAbi.TUNGETVNETHDRSZ), ("TUNSETVNETHDRSZ", TunAbi.TUNSETVNETHDRSZ),
        ("IFF_TAP", TunAbi.IFF_TAP), ("IFF_NO_PI", TunAbi.IFF_NO_PI), ("IFF_VNET_HDR", TunAbi.IFF_VNET_HDR),
        ("TUN_F_CSUM", TunAbi.TUN_F_CSUM), ("TUN_F_TSO4", TunAbi.TUN_F_TSO4), ("TUN_F_TSO6", TunAbi.TUN_F_TSO6), ("TUN_F_TSO_ECN", TunAbi.TUN_F_TSO_ECN),
        ("TUN_F_USO4", TunAbi.TUN_F_USO4), ("TUN_F_USO6", TunAbi.TUN_F_USO6),
        ("IFNAMSIZ", TunAbi.IFNAMSIZ), ("sizeof(struct ifreq)", Unsafe.SizeOf<TunAbi.InterfaceRequest>()), ("offsetof(struct ifreq, ifr_flags)", 16),
        ("sizeof(struct virtio_net_hdr_v1)", VirtioNetHeader.Bytes), ("sizeof(struct virtio_net_hdr_v1)", Tap.HeaderBytes),
        ("sizeof(struct virtio_net_hdr_v1)", Unsafe.SizeOf<VirtioNetHeader>()),
        ("offsetof(struct virtio_net_hdr_v1, hdr_len)", 2), ("offsetof(struct virtio_net_hdr_v1, gso_size)", 4),
        ("offsetof(struct virtio_net_hdr_v1, csum_start)", 6), ("offsetof(struct virtio_net_hdr_v1, csum_offset)", 8),
        ("VIRTIO_NET_HDR_F_NEEDS_CSUM", VirtioNetHeader.NeedsChecksum), ("VIRTIO_NET_HDR_GSO_NONE", VirtioNetHeader.NoSegmentation),
        ("RLIMIT_NOFILE", DescriptorLimit.RLIMIT_NOFILE), ("sizeof(struct rlimit)", Unsafe.SizeOf<DescriptorLimit.Limit>()), ("sizeof(struct timeval)", 16),
        ("EPOLLIN", (long)Interest.Readable), ("EPOLLOUT", (long)Interest.Writable), ("EPOLLERR | EPOLLHUP", (long)Interest.Failed),
        ("sizeof(struct cmsghdr)", SeqPacketSocket.ControlHeaderBytes), ("CMSG_LEN(4)", 20),
        ("EAGAIN", Errnos.Again), ("EIO", Errnos.Io),
    ];

    [Fact]
    public async Task OurConstantsAndStructsAreThoseOfTheSystemsHeaders()
    {
        string? compiler = Compiler();
        Assert.SkipWhen(compiler is null, "no C compiler");
        string assertions = string.Join('\n', Claims.Select(claim => claim.Expression.StartsWith("TUN_F_USO", StringComparison.Ordinal)
            ? $"#ifdef {claim.Expression}\n_Static_assert(({claim.Expression}) == {claim.Ours}, \"{claim.Expression}\");\n#endif"
            : $"_Static_assert(({claim.Expression}) == {claim.Ours}, \"{claim.Expression}\");"));
        using Process process = Process.Start(new ProcessStartInfo(compiler!, ["-x", "c", "-fsyntax-only", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync($"""
            #include <errno.h>
            #include <stddef.h>
            #include <sys/epoll.h>
            #include <sys/ioctl.h>
            #include <sys/resource.h>
            #include <sys/socket.h>
            #include <sys/time.h>
            #include <linux/if.h>
            #include <linux/if_tun.h>
            #include <linux/virtio_net.h>
            {assertions}

            """);
        process.StandardInput.Close();
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("", errors);
        Assert.Equal(0, process.ExitCode);
    }

    static string? Compiler() =>
        new[] { "cc", "gcc", "clang" }
            .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
}
