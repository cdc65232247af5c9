using System.Net;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Model.Uvdels;
using Xunit;

namespace Vdeorch.UnitTests.Enforcing;

public class VxvdexRulesTests
{
    static readonly VxvdexCloud s_cloud = new(1000, IPAddress.Parse("239.0.3.232"), 14789);

    [Fact]
    public void ACloudIsItsGroupsNumberInTheAddress()
    {
        Assert.Equal(s_cloud, Cloud("", 1000));
        Assert.Equal(new VxvdexCloud(0x010203, IPAddress.Parse("234.1.2.3"), 15000), Cloud("234.0.0.1", 0x010203, new UvdelParameter("port", "15000")));
        Assert.Equal(IPAddress.Parse("ff05:56de::3e8"), Cloud("", 1000, new UvdelParameter("v6", ""))?.Address);
    }

    [Theory]
    [InlineData("cloud.example", 1000u, "'cloud.example' is no address; a network that is enforced needs a multicast address")]
    [InlineData("", 0u, "group 0 cannot be enforced; its number goes into three bytes, and root is let through anyway")]
    [InlineData("", 0x100_0000u, "group 16777216 cannot be enforced; its number goes into three bytes, and root is let through anyway")]
    public void WhatCannotBeEnforcedIsSaid(string argument, uint group, string problem)
    {
        Assert.Null(VxvdexCloud.From(new Uvdel("vxvdex", argument, [], null), group, out string? found));
        Assert.Equal(problem, found);
    }

    [Fact]
    public void OnlyMembersSendAndHear()
    {
        string rules = VxvdexRules.Render(s_cloud, ["lab_1", "lab_2"]);

        Assert.Equal(
            """
            add table inet vdeorch_vxvdex_239_0_3_232_14789
            delete table inet vdeorch_vxvdex_239_0_3_232_14789
            table inet vdeorch_vxvdex_239_0_3_232_14789 {
                comment "FINGERPRINT"
                set member_ports {
                    type inet_service
                    flags dynamic,timeout
                    size 4096
                    timeout 10m
                }

                counter refused_sending {
                }

                counter refused_receiving {
                }

                chain output {
                    type filter hook output priority 0; policy accept;
                    ip daddr 239.0.3.232 udp dport 14789 goto sending
                    udp dport != 4789 @th,64,64 0x080000000003e800 goto sending
                }

                chain input {
                    type filter hook input priority 0; policy accept;
                    ip daddr 239.0.3.232 udp dport 14789 goto receiving_group
                    udp dport != 4789 @th,64,64 0x080000000003e800 goto receiving_one
                }

                chain sending {
                    meta skgid 1000 udp length 16 delete @member_ports { udp sport } accept
                    meta skuid 0 udp length 16 delete @member_ports { udp sport } accept
                    meta skgid 1000 update @member_ports { udp sport } accept
                    meta skuid 0 update @member_ports { udp sport } accept
                    counter name refused_sending drop
                }

                chain receiving_group {
                    meta skgid 1000 accept
                    meta skuid 0 accept
                    counter name refused_receiving drop
                }

                chain receiving_one {
                    udp dport @member_ports accept
                    counter name refused_receiving drop
                }

                counter owner_lab_1 {
                }

                counter owner_lab_2 {
                }
            }

            """,
            System.Text.RegularExpressions.Regex.Replace(rules, "vdeorch [0-9a-f]{16}", "FINGERPRINT"));
    }

    [Fact]
    public void OverIpv6NobodyOfTheGroupIsTurnedAwayBecauseTheReceiverIsNotKnown()
    {
        string rules = VxvdexRules.Render(s_cloud with { Address = IPAddress.Parse("ff05:56de::3e8") }, []);

        Assert.Contains("ip6 daddr ff05:56de::3e8 udp dport 14789 goto receiving_group", rules, StringComparison.Ordinal);
        Assert.Contains("    chain receiving_group {\n        accept\n    }", rules, StringComparison.Ordinal);
    }

    [Fact]
    public void RemovingNamesTheOneTable() =>
        Assert.Equal("add table inet vdeorch_vxvdex_239_0_3_232_14789\ndelete table inet vdeorch_vxvdex_239_0_3_232_14789\n", VxvdexRules.RenderRemoval(s_cloud));

    [Fact]
    public void OtherTablesAreNotTheClouds() =>
        Assert.Null(VxvdexRules.Parse(s_cloud, """{"nftables":[{"metainfo":{"version":"1.0.6"}},{"table":{"family":"inet","name":"filter","handle":1}},{"rule":{"family":"inet","table":"filter"}}]}"""));

    [Fact]
    public void EverySegmentIsAnOwnerOfItsOwn()
    {
        string[] owners = [VxvdexRules.Owner("/run/a", "my-lab", "cloud/c"), VxvdexRules.Owner("/run/b", "my-lab", "cloud/c"), VxvdexRules.Owner("/run/a", "my_lab", "cloud/c"), VxvdexRules.Owner("/run/a", "my-lab", "cloud/d")];

        Assert.Equal(4, owners.Distinct().Count());
        Assert.All(owners, owner => Assert.Matches("^my_lab_[0-9a-f]{16}$", owner));
    }

    static VxvdexCloud? Cloud(string argument, uint group, params UvdelParameter[] parameters) => VxvdexCloud.From(new Uvdel("vxvdex", argument, [.. parameters], null), group, out _);
}
