using System.Text.Json;
using Vdeorch.Linux.Netlink;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A host without a program that a topology needs: it is said before anything is touched, with what to install.</summary>
public class MissingProgramTests
{
    // Looked at from inside, the host lacks one program: its directory is covered by one of links to all the others.
    const string Hiding = """
        place=$1; program=$2; shift 2
        mkdir -p $place/real $place/seen
        mount --bind $(dirname $program) $place/real
        for each in $place/real/*; do ln -sfn $each $place/seen/; done
        rm $place/seen/$(basename $program)
        mount --bind $place/seen $(dirname $program)
        exec "$@"
        """;

    public static TheoryData<Who, string, string, string, string> Needs
    {
        get
        {
            TheoryData<Who, string, string, string, string> rows = [];
            foreach (Who who in new[] { Who.Root, Who.User })
            {
                rows.Add(who, "/usr/sbin/nginx", "vnf/one/nginx", "nginx-light", "namespaces: { one: { to: lan, address: 10.0.0.1/24, vnfs: { nginx: {} } } }");
                rows.Add(who, "/usr/sbin/dnsmasq", "vnf/one/dns", "dnsmasq-base", "namespaces: { one: { to: lan, address: 10.0.0.1/24, vnfs: { dns: {} } } }");
                rows.Add(who, "/usr/sbin/nft", "vnf/one/nat", "nftables", "namespaces: { one: { to: lan, address: 10.0.0.1/24, vnfs: { nat: { masquerade: vde0 } } } }");
                rows.Add(who, "/usr/bin/wg", "vnf/one/wireguard", "wireguard-tools", "namespaces: { one: { to: lan, address: 10.0.0.1/24, vnfs: { wireguard: { private-key: one.key } } } }");
                rows.Add(who, "/usr/bin/wireguard-go", "vnf/one/wireguard", "wireguard-go", "namespaces: { one: { to: lan, address: 10.0.0.1/24, vnfs: { wireguard: { private-key: one.key } } } }");
                rows.Add(who, "/usr/bin/qemu-system-x86_64", "machine/vm", "qemu-system-x86", "machines: { vm: { to: lan, boot: network } }");
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Needs))]
    public Task APlanAndAnApplySayItBeforeAnythingIsTouched(Who who, string program, string id, string package, string text) => Lab.RunAsync(who, async lab =>
    {
        Assert.SkipUnless(Host.IsRoot, "only root can cover a directory of the host");
        Assert.SkipWhen(program.EndsWith("/wireguard-go", StringComparison.Ordinal) && GenericFamily.IsThere("wireguard"), "this kernel has WireGuard itself");
        Host.Needs(program);
        lab.Within = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", Hiding, "sh", $"{lab.Files}/host", program];
        lab.Write($"switches: {{ lan: {{}} }}\n{text}\n");

        Finished planned = (await lab.RunAsync("plan", lab.File)).Exited(7);
        Finished applied = (await lab.RunAsync("apply", lab.File, "--yes")).Exited(7);
        JsonElement report = Lab.Parse((await lab.RunAsync("doctor", "-o", "json")).Exited(0));
        lab.Within = [];

        foreach (Finished refused in new[] { planned, applied })
        {
            Assert.Contains(id, refused.Err, StringComparison.Ordinal);
            Assert.Contains($"'{Path.GetFileName(program)}', which is not there: install the package '{package}'", refused.Err, StringComparison.Ordinal);
        }

        Assert.Single(report.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("verdict").GetString() == "warn" && finding.GetProperty("fix").GetString() == $"sudo apt-get install {package}");
        Assert.False(Directory.Exists($"{lab.RunDirectory}/topologies/{lab.Topology}"));
    });
}
