using Vdeorch.Cli.Capturing;
using Xunit;

namespace Vdeorch.UnitTests.Cli.Capturing;

public class FrameLineTests
{
    const string Ethernet = "020000000002 020000000001";
    const string V4 = "0800 4500002800004000 40";
    const string Ends = "0000 0A000001 0A000002";

    [Theory]
    [InlineData($"{Ethernet} {V4}01{Ends} 0800 1234 0007 0003", "IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 7, seq 3")]
    [InlineData($"{Ethernet} {V4}06{Ends} 1F90 0050 00000000 00000000 5012", "IP 10.0.0.1:8080 > 10.0.0.2:80: TCP [S.]")]
    [InlineData($"{Ethernet} {V4}11{Ends} 0035 1000", "IP 10.0.0.1:53 > 10.0.0.2:4096: UDP")]
    [InlineData($"{Ethernet} 0800 45000028000000b9 4011{Ends} 0035 1000", "IP 10.0.0.1 > 10.0.0.2: fragment")]
    [InlineData($"{Ethernet} {V4}59{Ends}", "IP 10.0.0.1 > 10.0.0.2: protocol 89")]
    [InlineData($"{Ethernet} 0800 4f", "IP [cut off]")]
    [InlineData($"{Ethernet} 8100 200a {V4}11{Ends} 0035 1000", "vlan 10, IP 10.0.0.1:53 > 10.0.0.2:4096: UDP")]
    [InlineData($"{Ethernet} 0806 0001080006040001 020000000001 0A000001 000000000000 0A000002", "ARP who-has 10.0.0.2 tell 10.0.0.1")]
    [InlineData($"{Ethernet} 0806 0001080006040002 020000000001 0A000001 000000000000 0A000002", "ARP 10.0.0.1 is-at 02:00:00:00:00:01")]
    [InlineData($"{Ethernet} 86dd 6000000000083aff fe800000000000000000000000000001 ff020000000000000000000000000002 8500 0000", "IP6 fe80::1 > ff02::2: ICMP6 router solicitation")]
    [InlineData($"{Ethernet} 0026 424203", "STP")]
    [InlineData($"{Ethernet} 88b5 00", "ethertype 0x88b5")]
    public void AFrameIsSaidInOneLine(string frame, string said) =>
        Assert.Equal($"12:34:56.123456 a/vde0 In  02:00:00:00:00:01 > 02:00:00:00:00:02, {said}, length 99", Line(frame));

    [Fact]
    public void WhatIsTooShortToBeOneIsSaidToo() => Assert.Equal("12:34:56.123456 a/vde0 In  [too short], length 99", Line("0203"));

    static string Line(string hex)
    {
        long time = (long)(new DateTime(2026, 1, 2, 12, 34, 56, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalSeconds * 1_000_000_000 + 123_456_789;
        return FrameLine.Of("a/vde0", isOutward: false, time, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), 99, TimeZoneInfo.Utc);
    }
}
