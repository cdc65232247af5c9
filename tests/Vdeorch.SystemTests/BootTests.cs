using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Machines that start from the network: who tells them what to load, and who gives it to them.</summary>
public class BootTests
{
    // RFC 1350, in its octet mode.
    const string Client = """
        import socket, sys
        s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(5)
        s.sendto(b"\0\1" + sys.argv[2].encode() + b"\0octet\0", (sys.argv[1], 69))
        got, last = b"", 512
        while last == 512:
            packet, server = s.recvfrom(1024)
            if packet[:2] != b"\0\3":
                sys.exit("refused: %r" % packet[4:])
            got, last = got + packet[4:], len(packet) - 4
            s.sendto(b"\0\4" + packet[2:4], server)
        sys.stdout.write(got.decode())
        """;

    static string Network(string dhcp) => $$"""
        switches: { lan: {} }
        namespaces:
          infra: { to: lan, address: [10.0.0.1/24, "fd00::1/64"], vnfs: { dns: { zone: lab.test }, dhcp: { pool: 10.0.0.100-10.0.0.199{{dhcp}} }, tftp: { root: ./tftpboot } } }
          pc: { to: lan, address: [10.0.0.7/24, "fd00::7/64"] }
        """;

    [Theory, RootAndUser]
    public Task WhatToLoadIsToldAndGivenBesideNamesAndAddresses(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("dnsmasq", "udhcpc", "python3");
        string root = Directory.CreateDirectory(Path.Combine(lab.Files, "tftpboot")).FullName;
        string image = string.Concat(Enumerable.Range(0, 400).Select(line => $"line {line}\n"));
        await File.WriteAllTextAsync(Path.Combine(root, "pxelinux.0"), image, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(lab.Files, "secret"), "nobody's business", TestContext.Current.CancellationToken);
        (await lab.ApplyAsync(Network(", boot: { file: pxelinux.0 }"))).Exited(0);
        await lab.ExpectNothingToDoAsync();

        Assert.Equal(image, (await GetAsync(lab, "10.0.0.1", "pxelinux.0")).Exited(0).Out);
        Assert.Equal(image, (await GetAsync(lab, "fd00::1", "pxelinux.0")).Exited(0).Out);
        Assert.Contains("refused", (await GetAsync(lab, "10.0.0.1", "../secret")).Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("refused", (await GetAsync(lab, "10.0.0.1", "config/dnsmasq.conf")).Exited(1).Err, StringComparison.Ordinal);
        Assert.Equal("10.0.0.1 pxelinux.0", await BootAsync(lab));

        string elsewhere = Network(", boot: { file: \"boot/other.img\", server: 10.0.0.9 }");
        PlannedStep step = (await lab.PlanAsync(elsewhere)).Only;
        Assert.Equal(("vnf/infra/dhcp", "reload"), (step.Id, step.Cost));
        (await lab.ApplyAsync(elsewhere)).Exited(0);
        await Wait.UntilAsync("it tells of the other", async () => await BootAsync(lab) == "10.0.0.9 boot/other.img");
        (await lab.ApplyAsync(Network(""))).Exited(0);
        await Wait.UntilAsync("it tells of none", async () => !(await BootAsync(lab)).Contains("img", StringComparison.Ordinal));
        await lab.ExpectNothingToDoAsync();
    });

    static Task<Finished> GetAsync(Lab lab, string server, string file) => lab.RunInsideAsync("pc", "python3", "-c", Client, server, file);

    static async Task<string> BootAsync(Lab lab)
    {
        // What the header's own fields say.
        string script = Path.Combine(lab.Files, "lease");
        await File.WriteAllTextAsync(script, "#!/bin/sh\n[ \"$1\" != bound ] || echo \"$siaddr ${boot_file:-$bootfile}\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return (await lab.RunInsideAsync("pc", "udhcpc", "-i", "vde0", "-n", "-q", "-f", "-s", script)).Exited(0).Out.Trim();
    }
}
