using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Proofs that the network is what the file says.</summary>
/// <example><code>
/// checks:
///   out:    { from: alice, ping: 10.0.0.254, within: 5s }
///   closed: { from: "web-*", tcp: "10.0.0.1:22", expect: blocked }
///   site:   { from: alice, http: "http://10.0.0.80/", status: 200 }
///   mesh:   { among: [alice, "web-*"], ping: all }
/// </code></example>
internal sealed class CheckSection : Section
{
    const string All = "all";

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

    static readonly FieldSchema<ImmutableArray<Located<Target>>> s_ping = new("ping", TargetScalars.Ping.OneOrMany())
    {
        Description = "ICMP echo to an address, or to a namespace's first address (IPv4 before IPv6).",
        Example = "10.0.0.254",
    };

    static readonly FieldSchema<ImmutableArray<Located<Target>>> s_tcp = new("tcp", TargetScalars.Tcp.OneOrMany())
    {
        Description = "In place of `ping`: a TCP connection to a port of an address or namespace.",
        Example = "\"10.0.0.1:22\"",
    };

    static readonly FieldSchema<ImmutableArray<Located<Target>>> s_http = new("http", TargetScalars.Http.OneOrMany())
    {
        Description = "In place of `ping`: a GET of a URL, whose host is an address or a namespace's name. Redirections are not followed.",
        Example = "\"http://10.20.0.80/\"",
    };

    static readonly FieldSchema<ImmutableArray<Located<int>>> s_status = new("status", HealthSchema.StatusCode.OneOrMany())
    {
        Description = "Beside `http`: the status codes that pass.",
        Otherwise = "200 to 399",
        Example = "200",
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

    static readonly ObjectSchema<CheckDraft?> s_check = new("checks.NAME", "a check", [s_from, s_among, s_ping, s_tcp, s_http, s_status, s_expect, s_within], Build)
    {
        Shape = new KeyShape { ExactlyOne = [["from", "among"], ["ping", "tcp", "http"]], Needs = [("status", "http")] },
        Later = ["dns", "throughput", "to", "exec"],
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
        bool complete = ExactlyOne(reader, s_from, s_among) & ExactlyOne(reader, s_ping, s_tcp, s_http);
        ImmutableArray<Located<string>>? from = reader.TryGet(s_from, out ImmutableArray<Located<string>> tries) ? tries : null;
        ImmutableArray<Located<string>>? among = reader.TryGet(s_among, out ImmutableArray<Located<string>> mesh) ? mesh : null;
        (FieldSchema<ImmutableArray<Located<Target>>> how, ProbeKind kind) = reader.Has(s_http) ? (s_http, ProbeKind.Http) : reader.Has(s_tcp) ? (s_tcp, ProbeKind.Tcp) : (s_ping, ProbeKind.Ping);
        ImmutableArray<Located<Target>> targets = reader.List(how);
        ImmutableArray<Located<int>> statuses = reader.List(s_status);
        Expectation expect = reader.Get(s_expect).Value;
        TimeSpan within = reader.Get(s_within).Value;
        if (!complete || !StatusFits(reader, kind, expect) || IsUnread(reader, s_from, from) || IsUnread(reader, s_among, among) || IsUnread<Located<Target>>(reader, how, targets))
        {
            return null;
        }

        if (among is not null && (kind != ProbeKind.Ping || targets is not [{ Value.Namespace: All }]))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(how), "'among' goes with 'ping: all'", "or name the namespaces that try with 'from'");
            return null;
        }

        return new CheckDraft("", from, among, kind, targets, HealthSchema.Ordered(statuses), expect, within);
    }

    // What is blocked answers nothing, so no status either.
    static bool StatusFits(ObjectReader reader, ProbeKind kind, Expectation expect)
    {
        if (!reader.Has(s_status) || (kind == ProbeKind.Http && expect == Expectation.Ok))
        {
            return true;
        }

        reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_status), kind == ProbeKind.Http ? "'status' and 'expect: blocked' exclude each other: what is blocked answers nothing" : "'status' goes with 'http'", "leave it out");
        return false;
    }

    // Every item of it was wrong, which was said: that nothing is left to try is no second mistake.
    static bool IsUnread<T>(ObjectReader reader, FieldSchema field, ImmutableArray<T>? read) =>
        reader.Has(field) && read is not { IsEmpty: false } && reader.ValueOf(field) is not ListNode { Items.IsEmpty: true };

    static bool ExactlyOne(ObjectReader reader, params ReadOnlySpan<FieldSchema> fields)
    {
        FieldSchema[] there = [.. fields];
        there = [.. there.Where(reader.Has)];
        if (there.Length == 1)
        {
            return true;
        }

        string[] keys = [.. (there.Length > 1 ? there : fields.ToArray()).Select(field => $"'{field.Key}'")];
        string last = keys[^1];
        string others = string.Join(", ", keys[..^1]);
        reader.Context.Report(there.Length > 1 ? DiagnosticCatalog.Conflict : DiagnosticCatalog.MissingKey, reader.At(there.Length > 1 ? there[1] : fields[^1]),
            there.Length > 1 ? $"{others} and {last} exclude each other" : $"neither {others} nor {last} is there",
            $"for example {fields[0].Key}: {fields[0].Example}");
        return false;
    }
}
