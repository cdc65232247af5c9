using System.Net;
using CsCheck;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Values;
using Xunit;

namespace Vdeorch.UnitTests.Values;

public class ValueTests
{
    [Fact]
    public void ReplicasSortAsNumbers() =>
        Assert.Equal(["web-2", "web-9", "web-10"], new[] { "web-10", "web-9", "web-2" }.Order(Comparer<string>.Create(NaturalOrder.Compare)));

    [Theory]
    [InlineData("10.0.0.1/24", "10.0.0.0/24")]
    [InlineData("10.1.130.7/17", "10.1.128.0/17")]
    [InlineData("fd00::1/64", "fd00::/64")]
    [InlineData("10.0.0.1/0", "0.0.0.0/0")]
    public void ASubnetHasNoHostBits(string text, string subnet)
    {
        Assert.True(InterfaceAddress.TryParse(text, out InterfaceAddress? address));
        Assert.Equal(IPNetwork.Parse(subnet), address.Value.Subnet);
        Assert.Equal(text, address.Value.ToString());
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("10.0.0.1/33")]
    [InlineData("10.1/16")]
    [InlineData("010.0.0.1/24")]
    [InlineData("fe80::1%eth0/64")]
    [InlineData("fd00::1/129")]
    [InlineData("/24")]
    public void AnAddressIsReadStrictly(string text) => Assert.False(InterfaceAddress.TryParse(text, out _));

    [Fact]
    public void AMacPrintsAsItParses() =>
        Gen.ULong[0, (1UL << 48) - 1].Sample(bits =>
            MacAddress.TryParse(new MacAddress(bits).ToString(), out MacAddress back) && back.Bits == bits);

    [Fact]
    public void ASetOfVlansPrintsAsItParses() =>
        Gen.Int[0, VlanSet.Ids - 1].HashSet[0, 40].Sample(ids =>
        {
            VlanSet set = VlanSet.Of(ids);

            Assert.True(VlanSet.TryParse(set.ToString(), out VlanSet back));
            Assert.Equal(set, back);
            Assert.Equal(ids.Order(), back.Members);
        });

    [Theory]
    [InlineData("10,20 , 30-32,33", "10, 20, 30-33")]
    [InlineData("0", "0")]
    [InlineData("4095", "4095")]
    [InlineData("", "")]
    [InlineData("4096", null)]
    [InlineData("-1", null)]
    [InlineData("9-3", null)]
    [InlineData("1-2-3", null)]
    [InlineData("ten", null)]
    [InlineData("10,", null)]
    public void ASetOfVlansIsReadStrictlyAndPrintedShortly(string text, string? printed) =>
        Assert.Equal(printed, VlanSet.TryParse(text, out VlanSet set) ? set.ToString() : null);

    [Fact]
    public void ADerivedMacIsLocalUnicastAndStable()
    {
        MacAddress mac = MacAddress.Derive("lab", "alice", "vde0");

        Assert.Equal(mac, MacAddress.Derive("lab", "alice", "vde0"));
        Assert.NotEqual(mac, MacAddress.Derive("lab", "bob", "vde0"));
        Assert.False(mac.IsMulticast);
        Assert.StartsWith("02:", mac.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ADurationPrintsAsItParses() =>
        Gen.Long[0, 1_000_000_000].Sample(us =>
            Durations.TryParse(Durations.Print(TimeSpan.FromMicroseconds(us)), out TimeSpan back) && back == TimeSpan.FromMicroseconds(us));

    [Theory]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5 s")]
    [InlineData("-5s")]
    [InlineData("1.2.3s")]
    public void ADurationNeedsANumberAndAUnit(string text) => Assert.False(Durations.TryParse(text, out _));
}
