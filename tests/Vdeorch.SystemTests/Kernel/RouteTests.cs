using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;
using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Mounts;
using Vdeorch.Linux.Netlink;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Kernel;

/// <summary>rtnetlink against a veth pair in a namespace of its own; <c>ip -j</c> is the oracle.</summary>
[Collection(KernelCollection.Name)]
public sealed class RouteTests : IDisposable
{
    readonly Scratch _scratch = new();
    readonly NamespaceThread _thread = new("test routes");
    readonly NetNamespace _ns;
    readonly int _left;

    public RouteTests()
    {
        Pins.PrepareDirectory(_scratch.At("netns"), tmpfs: false);
        _ns = _thread.Create(_scratch.At("netns/r"));
        Ran made = Ip("link add left type veth peer name right");
        Assert.Equal("", made.Output);
        _left = Links().Single(link => link.Name == "left").Index;
        int right = Links().Single(link => link.Name == "right").Index;
        Write(writer =>
        {
            writer.SetLink(_left, new LinkChange { Up = true });
            writer.SetLink(right, new LinkChange { Up = true });
        });
    }

    [Fact]
    public void AnInterfaceIsMadeOfItsKindAndOnlyOnce()
    {
        Write(writer => writer.MakeLink("br7", "bridge"));

        Assert.Equal("bridge", Links().Single(link => link.Name == "br7").Kind);
        LinuxException taken = Assert.Throws<LinuxException>(() => Write(writer => writer.MakeLink("br7", "bridge")));
        Assert.Contains("RTM_NEWLINK on 'br7 type bridge'", taken.Message, StringComparison.Ordinal);
        Assert.Throws<LinuxException>(() => Write(writer => writer.MakeLink("no7", "nosuchkind")));
        Assert.True(GenericFamily.IsThere("nlctrl"));
        Assert.False(GenericFamily.IsThere("nosuchfamily"));
    }

    [Fact]
    public void AnInterfaceComesOutAsItWasSet()
    {
        PhysicalAddress mac = PhysicalAddress.Parse("02:00:5e:00:53:01");
        Write(writer => writer.SetLink(_left, new LinkChange { Mac = mac, Mtu = 9000, Alias = "vdeorch:lab/web ü" }));

        LinkInfo left = Links().Single(link => link.Index == _left);
        Assert.Equal((mac, 9000, "vdeorch:lab/web ü", "veth", true, true), (left.Mac, left.Mtu, left.Alias, left.Kind, left.IsUp, left.HasCarrier));
        JsonElement seen = Json("-d link show left")[0];
        Assert.Equal("02:00:5e:00:53:01", seen.GetProperty("address").GetString());
        Assert.Equal(9000, seen.GetProperty("mtu").GetInt32());
        Assert.Equal("vdeorch:lab/web ü", seen.GetProperty("ifalias").GetString());

        Write(writer => writer.SetLink(_left, new LinkChange { Alias = "", Up = false }));

        left = Links().Single(link => link.Index == _left);
        Assert.Equal(("", false, false), (left.Alias, left.IsUp, left.HasCarrier));
    }

    [Fact]
    public void LoopbackIsALinkLikeAnyOther()
    {
        LinkInfo lo = Links().Single(link => link.Name == "lo");

        Write(writer => writer.SetLink(lo.Index, new LinkChange { Up = true, Alias = "vdeorch:lab/web" }));

        lo = Links().Single(link => link.Name == "lo");
        Assert.Equal((1, true, "vdeorch:lab/web", ""), (lo.Index, lo.IsUp, lo.Alias, lo.Kind));
        Assert.Contains(Addresses(), address => address.Index == 1 && address.Address.Equals(IPAddress.IPv6Loopback));
    }

    [Theory]
    [InlineData("10.1.2.3", 24, "10.1.2.255")]
    [InlineData("10.1.2.3", 30, "10.1.2.3")]
    [InlineData("10.1.2.3", 31, null)]
    [InlineData("10.1.2.3", 32, null)]
    [InlineData("fd00::1", 64, null)]
    public void AnAddressComesAndGoesAndTwiceIsFine(string text, int prefix, string? broadcast)
    {
        IPAddress address = IPAddress.Parse(text);
        Write(writer => writer.AddAddress(_left, address, prefix));
        Write(writer => writer.AddAddress(_left, address, prefix));

        Assert.Single(Addresses(), found => found.Index == _left && found.Address.Equals(address) && found.PrefixLength == prefix && found.Scope == 0);
        JsonElement seen = Json("addr show left")[0].GetProperty("addr_info").EnumerateArray().Single(info => info.GetProperty("local").GetString() == text);
        Assert.Equal(prefix, seen.GetProperty("prefixlen").GetInt32());
        Assert.Equal(broadcast, seen.TryGetProperty("broadcast", out JsonElement found) ? found.GetString() : null);
        Assert.False(seen.TryGetProperty("tentative", out _));

        Write(writer => writer.RemoveAddress(_left, address, prefix));
        Write(writer => writer.RemoveAddress(_left, address, prefix));

        Assert.DoesNotContain(Addresses(), found => found.Address.Equals(address));
    }

    [Theory]
    [InlineData("10.20.0.0/16", "10.1.2.254", 50u)]
    [InlineData("10.21.0.0/16", null, 0u)]
    [InlineData("0.0.0.0/0", "10.1.2.254", 0u)]
    [InlineData("fd01::/48", "fd00::fe", 70u)]
    [InlineData("::/0", "fd00::fe", 0u)]
    [InlineData("10.22.0.0/16", "fd00::fe", 5u)]
    public void ARouteComesOutAsItWentIn(string destination, string? gateway, uint metric)
    {
        AddSubnets();
        RouteChange route = new(IPNetwork.Parse(destination), gateway is null ? null : IPAddress.Parse(gateway), _left, metric, 186);
        Write(writer => writer.AddRoute(route));
        Write(writer => writer.AddRoute(route));

        RouteInfo found = Assert.Single(Routes(), found => found.Protocol == 186);
        bool isV6 = destination.Contains(':', StringComparison.Ordinal);
        Assert.Equal((route.Destination, route.Gateway, _left, isV6 && metric == 0 ? 1024 : metric, 254u), (found.Destination, found.Gateway, found.OutputIndex, found.Metric, found.Table));

        Write(writer => writer.RemoveRoute(route));
        Write(writer => writer.RemoveRoute(route));

        Assert.DoesNotContain(Routes(), found => found.Protocol == 186);
    }

    [Fact]
    public void AddingARouteReplacesTheOneToTheSamePlace()
    {
        AddSubnets();
        RouteChange first = new(IPNetwork.Parse("10.20.0.0/16"), IPAddress.Parse("10.1.2.254"), _left, 9, 186);
        Write(writer => writer.AddRoute(first));

        Write(writer => writer.AddRoute(first with { Gateway = IPAddress.Parse("10.1.2.253") }));

        Assert.Equal(IPAddress.Parse("10.1.2.253"), Assert.Single(Routes(), found => found.Protocol == 186).Gateway);
    }

    [Fact]
    public void TheDumpsAgreeWithIp()
    {
        AddSubnets();
        Ip("route add 10.30.0.0/16 via 10.1.2.254 metric 5 proto 99");
        Ip("route add 10.31.0.0/16 nexthop via 10.1.2.251 dev left nexthop via 10.1.2.252 dev left");
        Ip("route add blackhole 10.32.0.0/16");
        Ip("route add 10.33.0.0/16 dev left table 77");
        Ip("-6 route add fd05::/64 via fd00::fe dev left metric 77");
        Ip("link set left txqueuelen 10 mtu 1400 alias here");

        Assert.Equal(
            Json("link show").EnumerateArray().Select(link =>
                $"{link.GetProperty("ifindex")} {link.GetProperty("ifname")} {link.GetProperty("mtu")} {link.GetProperty("address")} {Flag(link, "UP")} {Flag(link, "LOWER_UP")}"),
            Links().Select(link => $"{link.Index} {link.Name} {link.Mtu} {Mac(link.Mac)} {link.IsUp} {link.IsUp && link.HasCarrier}"));
        Assert.Equal(
            Json("addr show").EnumerateArray().SelectMany(link => link.GetProperty("addr_info").EnumerateArray()
                .Select(info => $"{link.GetProperty("ifindex")} {info.GetProperty("local")}/{info.GetProperty("prefixlen")} {ScopeNumber(info)}")).Order(),
            Addresses().Select(address => $"{address.Index} {address.Address}/{address.PrefixLength} {address.Scope}").Order());
        Assert.Equal(
            IpRoutes("-4 route show table all").Concat(IpRoutes("-6 route show table all")).Order(),
            Routes().Select(Line).Order());
    }

    [Fact]
    public async Task CountersAreTheKernels()
    {
        AddSubnets();
        await Ran.Of(Ran.Shell("exec 3<>/dev/udp/10.1.2.77/9; for i in 1 2 3; do echo x >&3; done 2>/dev/null") with { Program = "/bin/bash", JoinNet = _ns.Fd });

        // The kernel takes note of a carrier, and sends, in its own time.
        await Wait.UntilAsync("something has been sent", () => Links().Single(link => link.Index == _left).TxPackets > 0);
        LinkInfo left = Links().Single(link => link.Index == _left);
        JsonElement seen = Json("-s link show left")[0].GetProperty("stats64");

        Assert.InRange(seen.GetProperty("tx").GetProperty("packets").GetInt64() - left.TxPackets, 0, 20);
        Assert.InRange(seen.GetProperty("tx").GetProperty("bytes").GetInt64() - left.TxBytes, 0, 2000);
    }

    [Fact]
    public void ARefusalNamesTheInterfaceTheValueAndTheError()
    {
        Assert.StartsWith("RTM_SETLINK on 'left: mtu 7': Invalid argument (EINVAL)", Refusal(writer => writer.SetLink(_left, new LinkChange { Mtu = 7 })), StringComparison.Ordinal);
        Assert.StartsWith("RTM_SETLINK on 'left: mac 01:00:00:00:00:01': Cannot assign requested address (EADDRNOTAVAIL)", Refusal(writer => writer.SetLink(_left, new LinkChange { Mac = PhysicalAddress.Parse("01:00:00:00:00:01") })), StringComparison.Ordinal);
        Assert.StartsWith("RTM_NEWADDR on 'interface 4711: 10.0.0.1/24': No such device (ENODEV)", Refusal(writer => writer.AddAddress(4711, IPAddress.Parse("10.0.0.1"), 24)), StringComparison.Ordinal);
        Assert.StartsWith("RTM_NEWROUTE on 'left: 10.0.0.0/8 via 192.0.2.1 metric 3': Network is unreachable (ENETUNREACH): ", Refusal(writer => writer.AddRoute(new RouteChange(IPNetwork.Parse("10.0.0.0/8"), IPAddress.Parse("192.0.2.1"), _left, 3, 4))), StringComparison.Ordinal);
    }

    [Fact]
    public void ADeletedLinkIsGoneAndTwiceIsFine()
    {
        Write(writer => writer.DeleteLink(_left));
        Write(writer => writer.DeleteLink(_left));

        Assert.Equal(["lo"], Links().Select(link => link.Name));
    }

    [Fact]
    public void ADumpLargerThanTheBufferComesWhole()
    {
        Write(writer =>
        {
            for (int i = 0; i < 2000; i++)
            {
                writer.AddAddress(_left, new IPAddress([10, 9, (byte)(i / 250), (byte)(1 + (i % 250))]), 32);
            }
        });

        Assert.Equal(2000, Addresses().Count(address => address.Index == _left && address.PrefixLength == 32));
        Assert.Equal(2000, Routes().Count(route => route.Table == 255 && route.OutputIndex == _left && route.Type == 2 && route.Destination.PrefixLength == 32 && route.Destination.BaseAddress.ToString().StartsWith("10.9.", StringComparison.Ordinal)));
    }

    public void Dispose()
    {
        _ns.Dispose();
        Pins.Remove(_scratch.At("netns/r"));
        _thread.Dispose();
        MountPoint.Detach(_scratch.At("netns"));
        _scratch.Dispose();
    }

    void AddSubnets() => Write(writer =>
    {
        writer.AddAddress(_left, IPAddress.Parse("10.1.2.3"), 24);
        writer.AddAddress(_left, IPAddress.Parse("fd00::1"), 64);
    });

    string Refusal(Action<RouteWriter> write) => Assert.Throws<LinuxException>(() => Write(write)).Message;

    void Write(Action<RouteWriter> write) => _thread.Run(_ns, () =>
    {
        using RouteWriter writer = RouteWriter.Open();
        write(writer);
        return true;
    });

    T Read<T>(Func<RouteReader, T> read) => _thread.Run(_ns, () =>
    {
        using RouteReader reader = RouteReader.Open();
        return read(reader);
    });

    ImmutableArray<LinkInfo> Links() => Read(reader => reader.Links());

    ImmutableArray<AddressInfo> Addresses() => Read(reader => reader.Addresses());

    ImmutableArray<RouteInfo> Routes() => Read(reader => reader.Routes());

    Ran Ip(string arguments) => Ran.Of(Ran.Shell($"ip {arguments}") with { JoinNet = _ns.Fd }).GetAwaiter().GetResult();

    JsonElement Json(string arguments) => JsonDocument.Parse(Ip($"-j -N {arguments}").Output).RootElement;

    IEnumerable<string> IpRoutes(string arguments) => Json(arguments).EnumerateArray().SelectMany(route =>
    {
        string head = $"{Destination(route)} metric {Text(route, "metric", "0")} table {Text(route, "table", "254")} proto {Text(route, "protocol", "3")} type {Text(route, "type", "1")}";
        return route.TryGetProperty("nexthops", out JsonElement hops)
            ? hops.EnumerateArray().Select(hop => $"{head} via {Text(hop, "gateway", "")} dev {Text(hop, "dev", "")}")
            : [$"{head} via {Text(route, "gateway", "")} dev {Text(route, "dev", "")}"];
    });

    string Line(RouteInfo route)
    {
        string device = Links().FirstOrDefault(link => link.Index == route.OutputIndex)?.Name ?? "";
        return $"{route.Destination} metric {route.Metric} table {route.Table} proto {route.Protocol} type {route.Type} via {route.Gateway} dev {device}";
    }

    static string Destination(JsonElement route)
    {
        string text = route.GetProperty("dst").GetString()!;
        bool isV6 = text.Contains(':', StringComparison.Ordinal);
        return text.Contains('/', StringComparison.Ordinal) ? text : text == "default" ? "0.0.0.0/0" : $"{text}/{(isV6 ? 128 : 32)}";
    }

    static string Text(JsonElement of, string key, string otherwise) => of.TryGetProperty(key, out JsonElement value) ? value.ToString() : otherwise;

    static bool Flag(JsonElement link, string flag) => link.GetProperty("flags").EnumerateArray().Any(set => set.GetString() == flag);

    static string Mac(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(octet => octet.ToString("x2", CultureInfo.InvariantCulture)));

    static string ScopeNumber(JsonElement info) => info.GetProperty("scope").ToString() switch { "global" => "0", "link" => "253", "host" => "254", string number => number };
}
