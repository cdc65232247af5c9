using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Scriban.Runtime;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <summary>Gives addresses to who asks for one (dnsmasq, RFC 2131).</summary>
/// <example><code>
/// vnfs: { dhcp: { interface: vde0, pool: 10.10.10.100-10.10.10.199, router: 10.10.10.1 } }
/// </code></example>
internal sealed class DhcpKind : VnfKind
{
    // RFC 2132
    const string RouterOption = "option:router";
    const string DnsOption = "option:dns-server";
    const string BootFileOption = "option:bootfile-name";

    // dnsmasq(8): what stands for the fields of the header in such a file.
    const string BootServerOption = "option:server-ip-address";

    const string PidFile = "/run/dnsmasq.pid";
    const string LeasesName = "leases";

    static readonly VnfTemplate s_template = new("dhcp");

    static readonly ScalarSchema<AddressPool> s_poolScalar = new("two IPv4 addresses with a dash between them", AddressPool.Read, pool => pool.ToString(), () => Scalars.Pattern("^[0-9.]+-[0-9.]+$"));

    static readonly FieldSchema<Located<string>> s_interface = new("interface", Scalars.InterfaceText)
    {
        Description = "Where it answers.",
        Otherwise = "the interface in whose subnet the pool lies",
        Example = "vde0",
        Cost = OnChange.Restart,
    };

    static readonly FieldSchema<Located<AddressPool>> s_pool = new("pool", s_poolScalar)
    {
        Description = "The addresses it gives, the first and the last.",
        Example = "10.10.10.100-10.10.10.199",
        IsRequired = true,
        Cost = OnChange.Restart,
    };

    static readonly FieldSchema<Located<IPAddress>> s_router = new("router", AddressScalars.Ip)
    {
        Description = "The default gateway it tells.",
        Otherwise = "itself where a `router` or `nat` is beside it, else none",
        Example = "10.10.10.1",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<ImmutableArray<Located<IPAddress>>> s_dns = new("dns", AddressScalars.Ip.OneOrMany())
    {
        Description = "The name servers it tells.",
        Otherwise = "itself where a `dns` is beside it, else none",
        Example = "[10.10.10.53]",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<TimeSpan>> s_lease = new("lease", Scalars.Duration(TimeSpan.FromMinutes(2), TimeSpan.FromDays(365)))
    {
        Description = "How long an address is given for.",
        Default = TimeSpan.FromHours(12),
        Example = "1h",
        Cost = OnChange.Restart,
    };

    static readonly FieldSchema<Located<string>> s_bootFile = new("file", new ScalarSchema<string>("a file's name", ReadBootFile, value => value, () => Scalars.Pattern("^[!-+.-~-]{1,127}$")))
    {
        Description = "What a machine that starts from the network is to load, by the name that its server of files knows.",
        Example = "pxelinux.0",
        IsRequired = true,
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<IPAddress>> s_bootServer = new("server", AddressScalars.Ip)
    {
        Description = "Who has the file: a `tftp`, say.",
        Otherwise = "itself",
        Example = "10.10.10.53",
        Cost = OnChange.Reload,
    };

    static readonly ObjectSchema<Boot?> s_boot = new("namespaces.NAME.vnfs.dhcp.boot", "what to start from", [s_bootFile, s_bootServer], reader =>
        reader.TryGet(s_bootFile, out Located<string> file) ? new Boot(file.Value, reader.TryGet(s_bootServer, out Located<IPAddress> server) ? (Located<IPAddress>?)server : null) : null);

    static readonly FieldSchema<Boot?> s_bootField = new("boot", s_boot)
    {
        Description = "What machines that start from the network load, and from whom.",
        Otherwise = "nothing is said of that",
        Example = "{ file: pxelinux.0 }",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<MacAddress>> s_mac = new("mac", AddressScalars.Mac)
    {
        Description = "Who gets it.",
        Example = "52:54:00:00:00:01",
        IsRequired = true,
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<IPAddress>> s_address = new("address", AddressScalars.Ip)
    {
        Description = "What it gets: in the subnet, not necessarily in the pool.",
        Example = "10.10.10.20",
        IsRequired = true,
        Cost = OnChange.Reload,
    };

    static readonly ObjectSchema<Reservation?> s_reservation = new("namespaces.NAME.vnfs.dhcp.reservations.NAME", "a reservation", [s_mac, s_address], reader =>
        reader.TryGet(s_mac, out Located<MacAddress> mac) && reader.TryGet(s_address, out Located<IPAddress> address) ? new Reservation(mac.Value, address) : null);

    static readonly FieldSchema<ImmutableArray<MapItem<Reservation?>>> s_reservations = new("reservations", new MapSchema<Reservation?>(Scalars.NameKey, s_reservation))
    {
        Description = "Hosts that always get the same address, and the name they are told.",
        Otherwise = "none",
        Example = "{ printer: { mac: 52:54:00:00:00:01, address: 10.10.10.20 } }",
        Cost = OnChange.Reload,
    };

    readonly ObjectSchema<VnfDraft?> _schema;

    public DhcpKind()
        : base("dhcp")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a server of addresses", [s_interface, s_pool, s_router, s_dns, s_lease, s_reservations, s_bootField], Build);
        Field = Key(_schema, "Gives addresses to who asks for one (dnsmasq).", "{ pool: 10.10.10.100-10.10.10.199, router: 10.10.10.1 }");
    }

    public override FieldSchema<VnfDraft?> Field { get; }

    public override VnfProgram? Program => Dnsmasq.Program;

    public override ImmutableArray<IObjectSchema> Objects => [_schema, s_reservation, s_boot];

    static Draft? Build(ObjectReader reader) => !reader.TryGet(s_pool, out Located<AddressPool> pool) ? null : new Draft(
        reader.TryGet(s_interface, out Located<string> by) ? (Located<string>?)by : null, pool, reader.TryGet(s_router, out Located<IPAddress> router) ? (Located<IPAddress>?)router : null,
        reader.List(s_dns), reader.Get(s_lease).Value, [.. reader.List(s_reservations).Where(item => item.Value is not null)!], reader.Get(s_bootField));

    // Of the header's field there are 128 bytes, with the zero that ends it; a comma would end it here.
    static Problem? ReadBootFile(ScalarText text, out string value)
    {
        value = text.Text;
        return value.Length is > 0 and <= 127 && value.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 && !value.Contains(',', StringComparison.Ordinal) ? null
            : new Problem(DiagnosticCatalog.WrongType, $"{Quoted.Text(Scalars.Shorten(value))} is not the name of a file to start from", "127 characters at most, without blanks and commas: pxelinux.0");
    }

    sealed record Reservation(MacAddress Mac, Located<IPAddress> Address);

    /// <param name="Server">Null: itself.</param>
    sealed record Boot(string File, Located<IPAddress>? Server);

    sealed record Draft(Located<string>? Interface, Located<AddressPool> Pool, Located<IPAddress>? Router, ImmutableArray<Located<IPAddress>> Dns, TimeSpan Lease, ImmutableArray<MapItem<Reservation?>> Reservations, Boot? Boot) : VnfDraft("dhcp")
    {
        public override IResourceSpec? Resolve(VnfScope scope)
        {
            if (Place(scope) is not { } place || !AreOfV4(scope))
            {
                return null;
            }

            return new ServiceSpec(scope.Namespace.Name, Kind, Dnsmasq.Run)
            {
                // It listens where nobody can connect; this it writes when it does.
                Ready = new ReadySpec(null, ["test", "-s", PidFile]),
                Daemon = new DaemonSpec(Dnsmasq.Program.Package)
                {
                    Leases = LeasesName,
                    Parameters = VnfText.Parameters(
                        ("interface", place.Interface), ("pool", Pool.Value.ToString()), ("router", Router?.Value.ToString()), ("dns", VnfText.List(Dns.Select(server => server.Value.ToString()))), ("lease", Durations.Print(Lease)),
                        ("boot", Boot is null ? null : VnfText.Map(("file", YamlWriter.Scalar(Boot.File)), ("server", Boot.Server?.Value.ToString()))),
                        ("reservations", Reservations.IsEmpty ? null : VnfText.Map(Reservations.OrderBy(item => item.Key.Value, StringComparer.Ordinal).Select(item =>
                            (item.Key.Value, (string?)VnfText.Map(("mac", YamlWriter.Scalar(item.Value!.Mac.ToString())), ("address", item.Value.Address.Value.ToString()))))))),
                    Files =
                    [
                        new DaemonFile(Dnsmasq.File, s_template.Render(Values(place)), OnChange.Restart),
                        new DaemonFile("options", Options(place.Address.Address, scope), OnChange.Reload),
                        new DaemonFile("reservations", string.Concat(Reservations.OrderBy(item => item.Key.Value, StringComparer.Ordinal).Select(item => $"{item.Value!.Mac},{item.Value.Address.Value},{item.Key.Value}\n")), OnChange.Reload),
                    ],
                    ReloadSignal = DaemonSignals.Hup,
                    Ports = [new DaemonPort(IsTcp: false, 67)],
                },
            };
        }

        // Without a value: it is not told, where dnsmasq would tell its own.
        string Options(IPAddress own, VnfScope scope)
        {
            IPAddress? router = Router?.Value ?? (scope.IsRouter ? own : null);
            IEnumerable<IPAddress> servers = Dns.IsEmpty && scope.IsNameServer ? [own] : Dns.Select(server => server.Value);
            return string.Concat(
                $"{RouterOption}{(router is null ? "" : $",{router}")}\n", $"{DnsOption}{string.Concat(servers.Select(server => $",{server}"))}\n",
                Boot is null ? "" : $"{BootFileOption},{Boot.File}\n{BootServerOption},{Boot.Server?.Value ?? own}\n");
        }

        ScriptObject Values((string Interface, InterfaceAddress Address) place) => new()
        {
            ["config"] = DaemonSpec.Config,
            ["pid_file"] = PidFile,
            ["leases"] = LeasesName,
            ["interface"] = place.Interface,
            ["first"] = Pool.Value.First.ToString(),
            ["last"] = Pool.Value.Last.ToString(),
            ["netmask"] = AddressPool.Netmask(place.Address.PrefixLength),
            ["lease"] = ((long)Lease.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        };

        // Where the pool's subnet is.
        (string Interface, InterfaceAddress Address)? Place(VnfScope scope)
        {
            if (Interface is { } named && !scope.Interface(named))
            {
                return null;
            }

            foreach (InterfaceDraft one in scope.Namespace.Interfaces.Where(one => Interface is not { } asked || one.Name == asked.Value))
            {
                foreach (Located<InterfaceAddress> address in one.Addresses.Where(address => !address.Value.IsV6 && address.Value.Subnet.Contains(Pool.Value.First) && address.Value.Subnet.Contains(Pool.Value.Last)))
                {
                    return (one.Name, address.Value);
                }
            }

            scope.Context.Report(DiagnosticCatalog.UnreachableGateway, Pool.At, $"{Pool.Value} lies in no subnet of {(Interface is { } by ? $"{scope.Namespace.Id}'s {by.Value}" : scope.Namespace.Id.ToString())}", "give the interface an address of that subnet");
            return null;
        }

        bool AreOfV4(VnfScope scope)
        {
            Located<IPAddress>[] wrong = [.. new[] { Router, Boot?.Server }.OfType<Located<IPAddress>>().Concat(Dns).Concat(Reservations.Select(item => item.Value!.Address)).Where(address => address.Value.AddressFamily != AddressFamily.InterNetwork)];
            foreach (Located<IPAddress> address in wrong)
            {
                scope.Context.Report(DiagnosticCatalog.FamilyMixUp, address.At, $"{address.Value} is not IPv4, which is all that DHCP gives", null);
            }

            return wrong.Length == 0;
        }
    }
}
