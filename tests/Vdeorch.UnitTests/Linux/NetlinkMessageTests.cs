using System.Net;
using System.Net.NetworkInformation;
using CsCheck;
using Vdeorch.Linux.Netlink;
using Xunit;

namespace Vdeorch.UnitTests.Linux;

public class NetlinkMessageTests
{
    static readonly IPAddress s_gateway = IPAddress.Parse("10.0.0.254");

    // The bytes of `ip addr add 10.0.0.1/24 brd + dev` number 5, as strace shows them.
    [Fact]
    public void AnAddressIsWrittenByteForByteAsIpDoes() => Assert.Equal(
        "30000000 14000506 01000000 00000000 02180000 05000000 08000200 0A000001 08000100 0A000001 08000400 0A0000FF".Replace(" ", "", StringComparison.Ordinal),
        Convert.ToHexString(RouteMessages.AddAddress(5, IPAddress.Parse("10.0.0.1"), 24).Finish(1)));

    // The bytes of `ip addr replace 10.0.0.1/24 brd + valid_lft 100 preferred_lft 100 dev`, but for the place of the last attribute.
    [Fact]
    public void AnAddressForATimeIsWrittenAsIpDoes() => Assert.Equal(
        "44000000 14000505 01000000 00000000 02180000 05000000 08000200 0A000001 08000100 0A000001 08000400 0A0000FF 14000600 64000000 64000000 00000000 00000000".Replace(" ", "", StringComparison.Ordinal),
        Convert.ToHexString(RouteMessages.LeaseAddress(5, IPAddress.Parse("10.0.0.1"), 24, 100).Finish(1)));

    // The bytes of `ip link add wg0 type wireguard`.
    [Fact]
    public void AnInterfaceIsAskedForByteForByteAsIpDoes() => Assert.Equal(
        "3C000000 10000506 01000000 00000000 00000000 00000000 00000000 00000000 08000300 77673000 14001200 0D000100 77697265 67756172 64000000".Replace(" ", "", StringComparison.Ordinal),
        Convert.ToHexString(RouteMessages.MakeLink("wg0", "wireguard").Finish(1)));

    [Fact]
    public void AnAliasIsPaddedAndItsLengthIsNot() => Assert.Equal(
        "28000000 13000500 07000000 00000000 00000000 09000000 00000000 00000000 07001400 61626300".Replace(" ", "", StringComparison.Ordinal),
        Convert.ToHexString(RouteMessages.SetAlias(9, "abc").Finish(7)));

    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.254")]
    [InlineData("0.0.0.0/0", "10.0.0.254")]
    [InlineData("10.9.0.0/16", null)]
    [InlineData("fd00::/8", "fe80::1")]
    [InlineData("::/0", "fe80::1")]
    [InlineData("10.8.0.0/16", "fe80::1")]
    public void ARouteReadsBackAsItWasWritten(string destination, string? gateway)
    {
        RouteChange route = new(IPNetwork.Parse(destination), gateway is null ? null : IPAddress.Parse(gateway), 4, 17, 186);
        List<RouteInfo> read = [];

        RouteParser.Route(BodyOf(RouteMessages.AddRoute(route)), read);

        bool isOnLink = gateway is null;
        Assert.Equal(new RouteInfo(route.Destination, route.Gateway, 4, 17, 254, 186, 1, (byte)(isOnLink ? 253 : 0)), Assert.Single(read));
    }

    [Theory]
    [InlineData("192.0.2.7", 30)]
    [InlineData("192.0.2.7", 32)]
    [InlineData("127.0.0.2", 8)]
    [InlineData("2001:db8::1", 64)]
    public void AnAddressReadsBackAsItWasWritten(string text, int prefix)
    {
        List<AddressInfo> read = [];

        RouteParser.Address(BodyOf(RouteMessages.AddAddress(3, IPAddress.Parse(text), prefix)), read);

        AddressInfo address = Assert.Single(read);
        Assert.Equal((3, IPAddress.Parse(text), prefix), (address.Index, address.Address, address.PrefixLength));
        Assert.Equal(text.StartsWith("127", StringComparison.Ordinal) ? 254 : 0, address.Scope);
        Assert.Equal(text.Contains(':', StringComparison.Ordinal) ? 2u : 0u, address.Flags);
    }

    [Fact]
    public void ALinkReadsBackAsItWasWritten()
    {
        MessageWriter link = new MessageWriter(RouteAbi.NewLink, 0)
            .Append(new LinkHeader { Index = 12, Flags = RouteAbi.InterfaceUp })
            .Attribute(RouteAbi.LinkName, "vde0\0"u8)
            .Attribute(RouteAbi.LinkMtu, 1500)
            .Attribute(RouteAbi.LinkAddress, [2, 0, 0, 0, 0, 1])
            .Attribute(RouteAbi.LinkAlias, "marked"u8)
            .Attribute<byte>(RouteAbi.LinkCarrier, 1)
            .Attribute(RouteAbi.LinkStats64, new LinkStatistics { RxPackets = 1, TxPackets = 2, RxBytes = 3, TxBytes = 4, RxDropped = 5, TxDropped = 6 })
            .Attribute(0x7777, "unknown"u8)
            .Attribute(RouteAbi.LinkInfoNest | RouteAbi.NestedFlag, [8, 0, 1, 0, (byte)'t', (byte)'u', (byte)'n', 0]);
        List<LinkInfo> read = [];

        RouteParser.Link(BodyOf(link), read);

        Assert.Equal(new LinkInfo(12, "vde0", "tun", PhysicalAddress.Parse("02:00:00:00:00:01"), 1500, true, true, "marked", 1, 2, 3, 4, 5, 6), Assert.Single(read));
    }

    [Fact]
    public void ARouteOfSeveralWaysIsOneForEach()
    {
        byte[] hops = [16, 0, 0, 0, 5, 0, 0, 0, 8, 0, 5, 0, 10, 0, 0, 1, 8, 0, 0, 0, 6, 0, 0, 0];
        MessageWriter route = new MessageWriter(RouteAbi.NewRoute, 0)
            .Append(new RouteHeader { Family = RouteAbi.Inet, Table = 254, Type = 1 })
            .Attribute(RouteAbi.RouteMultipath, hops);
        List<RouteInfo> read = [];

        RouteParser.Route(BodyOf(route), read);

        Assert.Equal([("10.0.0.1", 5), (null, 6)], read.Select(way => (way.Gateway?.ToString(), way.OutputIndex)));
    }

    [Fact]
    public void ARefusalCarriesTheKernelsWords()
    {
        // nlmsgerr of a capped request: -EINVAL, the request's header, then NLMSGERR_ATTR_MSG.
        byte[] body = [0xea, 0xff, 0xff, 0xff, .. new byte[16], 10, 0, 1, 0, .. "wrong\0"u8, 0, 0];
        MessageHeader header = new() { Type = RouteAbi.Error, Flags = RouteAbi.Capped | RouteAbi.ErrorTlvs };

        Assert.Equal((22, "wrong"), NetlinkSocket.ReadError(header, body));
        Assert.Equal((0, null), NetlinkSocket.ReadError(new MessageHeader { Type = RouteAbi.Error }, new byte[20]));
    }

    [Fact]
    public void AnyBytesAreReadWithoutAFault() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        MessageReader messages = new(bytes);
        while (messages.MoveNext())
        {
            ReadAll(messages.Body);
        }

        ReadAll(bytes);
    });

    [Fact]
    public void MessagesOfOneDatagramComeInOrder()
    {
        byte[] first = RouteMessages.SetAlias(1, "a").Finish(1).ToArray();
        byte[] second = RouteMessages.RemoveRoute(new RouteChange(IPNetwork.Parse("10.0.0.0/8"), s_gateway, 0, 0, 0)).Finish(2).ToArray();
        MessageReader messages = new([.. first, .. second]);

        Assert.True(messages.MoveNext());
        Assert.Equal((RouteAbi.SetLink, 1u), (messages.Header.Type, messages.Header.Sequence));
        Assert.True(messages.MoveNext());
        Assert.Equal((RouteAbi.DelRoute, 2u), (messages.Header.Type, messages.Header.Sequence));
        Assert.False(messages.MoveNext());
    }

    static void ReadAll(ReadOnlySpan<byte> body)
    {
        RouteParser.Link(body, []);
        RouteParser.Address(body, []);
        RouteParser.Route(body, []);
        NetlinkSocket.ReadError(new MessageHeader { Flags = RouteAbi.ErrorTlvs }, body);
    }

    static ReadOnlySpan<byte> BodyOf(MessageWriter message)
    {
        MessageReader messages = new(message.Finish(1));
        Assert.True(messages.MoveNext());
        return messages.Body;
    }
}
