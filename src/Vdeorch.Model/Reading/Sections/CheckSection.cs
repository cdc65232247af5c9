using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Proofs that the network is what the file says.</summary>
/// <example><code>
/// checks:
///   out:    { from: alice, ping: 10.0.0.254, within: 5s }
///   closed: { from: "web-*", tcp: "10.0.0.1:22", expect: blocked }
///   mesh:   { among: [alice, "web-*"], ping: all }
/// </code></example>
internal sealed class CheckSection : Section
{
    const string All = "all";

    static readonly ScalarSchema<Target> s_pingTarget = new("an address or a namespace's name", ReadPingTarget, target => target.Address?.ToString() ?? target.Namespace!,
        () => new JsonObject { ["type"] = "string" })
    {
        IsReference = true,
    };

    static readonly ScalarSchema<Target> s_tcpTarget = new("address:port or name:port", ReadTcpTarget, target => $"{target.Namespace}:{target.Port}",
        () => new JsonObject { ["type"] = "string", ["pattern"] = "^(\\[[0-9a-fA-F:.]+\\]|[a-z][a-z0-9-]*|[0-9]{1,3}(\\.[0-9]{1,3}){3}):[0-9]{1,5}$" })
    {
        IsReference = true,
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_from = new("from", Scalars.Glob.OneOrMany())
    {
        Description = "The namespaces that try, by name or pattern.",
        Example = "\"web-*\"",
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_among = new("among", Scalars.Glob.OneOrMany())
    {
        Description = "In place of `from`: each of these namespaces tries to reach each other one; beside `ping: all`.",
        Example = "[alice, \"web-*\"]",
    };

    static readonly FieldSchema<ImmutableArray<Located<Target>>> s_ping = new("ping", s_pingTarget.OneOrMany())
    {
        Description = "ICMP echo to an address, or to a namespace's first address (IPv4 before IPv6).",
        Example = "10.0.0.254",
    };

    static readonly FieldSchema<ImmutableArray<Located<Target>>> s_tcp = new("tcp", s_tcpTarget.OneOrMany())
    {
        Description = "In place of `ping`: a TCP connection to a port of an address or namespace.",
        Example = "\"10.0.0.1:22\"",
    };

    static readonly FieldSchema<Located<Expectation>> s_expect = new("expect", Scalars.OneOf(("ok", Expectation.Ok), ("blocked", Expectation.Blocked)))
    {
        Description = "Whether it must be answered, or must not.",
        Default = Expectation.Ok,
        Example = "blocked",
    };

    static readonly FieldSchema<Located<TimeSpan>> s_within = new("within", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)))
    {
        Description = "How long it is tried again until it comes out as expected.",
        Default = CheckSpec.DefaultWithin,
        Example = "10s",
    };

    static readonly ObjectSchema<CheckDraft?> s_check = new("checks.NAME", "a check", [s_from, s_among, s_ping, s_tcp, s_expect, s_within], Build)
    {
        Shape = new KeyShape { ExactlyOne = [["from", "among"], ["ping", "tcp"]] },
        Later = ["http", "status", "dns", "throughput", "to", "exec"],
    };

    static readonly FieldSchema<ImmutableArray<MapItem<CheckDraft?>>> s_field = new("checks", new MapSchema<CheckDraft?>(Scalars.NameKey, s_check))
    {
        Description = "Proofs, by name: run after every `apply` and by `vdeorch check`.",
        Example = "{ mesh: { among: [alice, bob], ping: all } }",
    };

    public override FieldSchema Field => s_field;

    public override ImmutableArray<IObjectSchema> Objects => [s_check];

    public override void Read(ObjectReader topology, TopologyDraft draft)
    {
        if (topology.ValueOf(s_field) is not { } node)
        {
            return;
        }

        ReadContext context = topology.Context;
        foreach ((Located<string> name, Node value) in ((MapSchema<CheckDraft?>)s_field.Schema).Entries(node, s_field.Key, context))
        {
            context.Subject = Subject(name.Value);
            if (s_check.TryRead(value, "it", context, out CheckDraft? check) && check is not null)
            {
                draft.Checks.Add(check with { Name = name });
            }
        }

        context.Subject = null;
    }

    /// <summary>A check is no object of a plan; messages name it the same way.</summary>
    public static Resources.ResourceId Subject(string name) => new("check", name);

    static CheckDraft? Build(ObjectReader reader)
    {
        bool complete = ExactlyOne(reader, s_from, s_among) & ExactlyOne(reader, s_ping, s_tcp);
        ImmutableArray<Located<string>>? from = reader.TryGet(s_from, out ImmutableArray<Located<string>> tries) ? tries : null;
        ImmutableArray<Located<string>>? among = reader.TryGet(s_among, out ImmutableArray<Located<string>> mesh) ? mesh : null;
        bool isTcp = reader.Has(s_tcp);
        ImmutableArray<Located<Target>> targets = reader.List(isTcp ? s_tcp : s_ping);
        Expectation expect = reader.Get(s_expect).Value;
        TimeSpan within = reader.Get(s_within).Value;
        if (!complete || IsUnread(reader, s_from, from) || IsUnread(reader, s_among, among) || IsUnread<Located<Target>>(reader, isTcp ? s_tcp : s_ping, targets))
        {
            return null;
        }

        if (among is not null && (isTcp || targets is not [{ Value.Namespace: All }]))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(isTcp ? s_tcp : s_ping), "'among' goes with 'ping: all'", "or name the namespaces that try with 'from'");
            return null;
        }

        return new CheckDraft("", from, among, isTcp ? ProbeKind.Tcp : ProbeKind.Ping, targets, expect, within);
    }

    // Every item of it was wrong, which was said: that nothing is left to try is no second mistake.
    static bool IsUnread<T>(ObjectReader reader, FieldSchema field, ImmutableArray<T>? read) =>
        reader.Has(field) && read is not { IsEmpty: false } && reader.ValueOf(field) is not ListNode { Items.IsEmpty: true };

    static bool ExactlyOne(ObjectReader reader, FieldSchema one, FieldSchema other)
    {
        if (reader.Has(one) != reader.Has(other))
        {
            return true;
        }

        bool both = reader.Has(one);
        reader.Context.Report(both ? DiagnosticCatalog.Conflict : DiagnosticCatalog.MissingKey, reader.At(other),
            both ? $"'{one.Key}' and '{other.Key}' exclude each other" : $"neither '{one.Key}' nor '{other.Key}' is there",
            $"for example {one.Key}: {one.Example}");
        return false;
    }

    static Problem? ReadPingTarget(ScalarText text, out Target target)
    {
        target = new Target(StrictAddress.TryParse(text.Text, out IPAddress? address) ? address : null, address is null ? text.Text : null, 0);
        return address is not null || Scalars.IsName(text.Text) ? null
            : new Problem(DiagnosticCatalog.BadAddress, $"{Quoted.Text(text.Text)} is neither an address nor a namespace's name",
                text.Text.Contains('/', StringComparison.Ordinal) ? "leave the prefix length out" : text.Text.Contains('*', StringComparison.Ordinal) ? "patterns stand in from and among" : null);
    }

    static Problem? ReadTcpTarget(ScalarText text, out Target target)
    {
        target = new Target(null, null, 0);
        int colon = text.Text.LastIndexOf(':');
        string host = colon < 0 ? text.Text : text.Text[..colon];
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        IPAddress? address = StrictAddress.TryParse(bracketed ? host[1..^1] : host, out IPAddress? parsed) ? parsed : null;
        if (colon < 0 || (address is null && (bracketed || !Scalars.IsName(host)))
            || (address is not null && bracketed != (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)))
        {
            return new Problem(DiagnosticCatalog.BadEndpoint, $"{Quoted.Text(text.Text)} is not an address with a port",
                colon >= 0 && address is not null && !bracketed ? $"write \"[{address}]{text.Text[colon..]}\""
                : StrictAddress.TryParse(text.Text, out IPAddress? bare) && bare.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"for example \"[{bare}]:80\""
                : "for example \"10.0.0.1:80\" or \"web-0:80\"");
        }

        if (!int.TryParse(text.Text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535)
        {
            return new Problem(DiagnosticCatalog.BadEndpoint, $"{Quoted.Text(text.Text)} has no port 1..65535 behind the colon", null, colon + 1, text.Text.Length - colon - 1);
        }

        target = new Target(address, address is null ? host : null, port);
        return null;
    }
}
