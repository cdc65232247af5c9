using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vdeorch.Linux.Slirp;
using Vdeorch.Linux.Streams;
using Xunit;

namespace Vdeorch.SystemTests.Kernel;

/// <summary>Structs of libraries, against their headers.</summary>
[Collection(KernelCollection.Name)]
public class SlirpAbiTests
{
    [Fact]
    public async Task SlirpIsAsItsHeaderHasIt()
    {
        const string Header = "slirp/libslirp.h";
        Assert.SkipWhen((await Ran.Of($"echo '#include <{Header}>' | cc -E -x c - >/dev/null")).ExitCode != 0, "libslirp-dev is not installed");
        (string C, long Ours)[] values =
        [
            ("SLIRP_POLL_IN", SlirpAbi.PollIn), ("SLIRP_POLL_OUT", SlirpAbi.PollOut), ("SLIRP_POLL_PRI", SlirpAbi.PollPriority), ("SLIRP_POLL_ERR", SlirpAbi.PollError), ("SLIRP_POLL_HUP", SlirpAbi.PollHangUp),
            ("sizeof(SlirpConfig)", Unsafe.SizeOf<SlirpAbi.Config>()),
            .. Fields<SlirpAbi.Config>(
                "SlirpConfig",
                ("restricted", "Restricted"), ("in_enabled", "In4Enabled"), ("vnetwork", "Network4"), ("vnetmask", "Mask4"), ("vhost", "Host4"), ("in6_enabled", "In6Enabled"),
                ("vprefix_addr6", "Prefix6"), ("vprefix_len", "PrefixLength6"), ("vhost6", "Host6"), ("vhostname", "HostName"), ("tftp_server_name", "TftpServerName"), ("tftp_path", "TftpPath"),
                ("bootfile", "BootFile"), ("vdhcp_start", "DhcpStart"), ("vnameserver", "NameServer4"), ("vnameserver6", "NameServer6"), ("vdnssearch", "DnsSearch"), ("vdomainname", "DomainName"),
                ("if_mtu", "Mtu"), ("if_mru", "Mru"), ("disable_host_loopback", "DisableHostLoopback"), ("enable_emu", "EnableEmulation"), ("outbound_addr", "OutboundAddress4"), ("disable_dns", "DisableDns"), ("disable_dhcp", "DisableDhcp")),
            ("sizeof(SlirpCb)", Unsafe.SizeOf<SlirpAbi.Callbacks>()),
            .. Fields<SlirpAbi.Callbacks>(
                "SlirpCb",
                ("send_packet", "SendPacket"), ("guest_error", "GuestError"), ("clock_get_ns", "ClockNanoseconds"), ("timer_new", "TimerNew"), ("timer_free", "TimerFree"), ("timer_mod", "TimerModify"),
                ("register_poll_fd", "RegisterPollFd"), ("unregister_poll_fd", "UnregisterPollFd"), ("notify", "Notify"), ("init_completed", "InitCompleted"), ("timer_new_opaque", "TimerNewOpaque")),
        ];
        await HeldAsync(Header, values);
    }

    [Fact]
    public Task TerminalsAreAsTheirHeaderHasThem() => HeldAsync("termios.h",
    [
        ("CSTOPB", SerialPort.StopBits2), ("CREAD", SerialPort.Receiver), ("CLOCAL", SerialPort.Local), ("(unsigned)CRTSCTS", SerialPort.HardwareFlow),
        ("sizeof(struct termios)", Unsafe.SizeOf<SerialPort.Settings>()), .. Fields<SerialPort.Settings>("struct termios", ("c_cflag", "Control")),
    ]);

    static IEnumerable<(string, long)> Fields<T>(string c, params (string C, string Ours)[] fields)
        where T : unmanaged => fields.Select(field => ($"offsetof({c}, {field.C})", (long)Marshal.OffsetOf<T>(field.Ours)));

    static async Task HeldAsync(string header, (string C, long Ours)[] values)
    {
        using Scratch scratch = new();
        string assertions = string.Join('\n', values.Select(value => string.Create(CultureInfo.InvariantCulture, $"_Static_assert((long long)({value.C}) == {value.Ours}LL, \"{value.C}\");")));
        await File.WriteAllTextAsync(scratch.At("abi.c"), $"#define _GNU_SOURCE\n#include <stddef.h>\n#include <{header}>\n{assertions}\n", TestContext.Current.CancellationToken);
        Ran ran = await Ran.Of($"cc -fsyntax-only {scratch.At("abi.c")}");
        Assert.True(ran.ExitCode == 0, ran.Output);
    }
}
