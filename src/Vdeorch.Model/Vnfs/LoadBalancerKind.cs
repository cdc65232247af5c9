using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Vnfs;

/// <summary>Spreads connections, or requests of HTTP, over those who answer (haproxy).</summary>
/// <example><code>
/// vnfs: { load-balancer: { listen: "tcp:80", to: web, port: 80, algorithm: least-connections, check: { http: / } } }
/// </code></example>
internal sealed class LoadBalancerKind : VnfKind
{
    static readonly ScalarSchema<FrontEnd> s_frontEnd = new("a port, tcp:PORT or http:PORT", FrontEnd.Read, front => front.ToString(),
        () => new System.Text.Json.Nodes.JsonObject { ["type"] = new System.Text.Json.Nodes.JsonArray("integer", "string"), ["pattern"] = "^((tcp|http):)?[0-9]{1,5}$", ["minimum"] = 1, ["maximum"] = 65535 });

    static readonly FieldSchema<Located<FrontEnd>> s_listen = new("listen", s_frontEnd)
    {
        Description = "The port it answers, at every address. `tcp` hands whole connections on; `http` each request for itself, with the client's address in `X-Forwarded-For`, and tries another back end where one gave no answer.",
        Example = "\"tcp:80\"",
        IsRequired = true,
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<ImmutableArray<Located<Target>>> s_to = new("to", TargetScalars.HostOrTcp.OneOrMany())
    {
        Description = "The back ends: a namespace, one with `replicas` for all of them, an address; with a port where it is another.",
        Example = "web",
        IsRequired = true,
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<int>> s_port = new("port", PortScalars.Port)
    {
        Description = "The port of the back ends.",
        Otherwise = "that of `listen`",
        Example = "8080",
        Cost = OnChange.Reload,
    };

    static readonly ScalarSchema<Algorithm> s_algorithmScalar = Scalars.OneOf(("round-robin", Algorithm.RoundRobin), ("least-connections", Algorithm.LeastConnections), ("source", Algorithm.Source));

    static readonly FieldSchema<Located<Algorithm>> s_algorithm = new("algorithm", s_algorithmScalar)
    {
        Description = "Who is next: each in turn, who has the fewest connections, or the same for the same client's address.",
        Default = Algorithm.RoundRobin,
        Example = "least-connections",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<string>> s_http = new("http", new ScalarSchema<string>("a path of a URL (/health)", ReadPath, path => path, () => Scalars.Pattern("^/[!$-&(-\\[\\]-~]*$")))
    {
        Description = "A GET of this is answered with a good `status`.",
        Otherwise = "nothing is asked: a connection is made",
        Example = "/",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<bool>> s_tcp = new("tcp", Scalars.Boolean)
    {
        Description = "A connection is accepted.",
        Otherwise = "`true` without `http`",
        Example = "true",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<ImmutableArray<Located<int>>> s_status = new("status", Reading.Sections.HealthSchema.StatusCode.OneOrMany())
    {
        Description = "Beside `http`: the status codes that are good.",
        Otherwise = "200 to 399",
        Example = "[200, 204]",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<TimeSpan>> s_interval = new("interval", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)))
    {
        Description = "How long to wait between two tries; half a second at most while a back end is about to change.",
        Default = BackEndCheck.DefaultInterval,
        Example = "1s",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<int>> s_rise = new("rise", Scalars.Integer(1, 1000))
    {
        Description = "How many tries in a row succeed before one that was down is up.",
        Default = BackEndCheck.DefaultRise,
        Example = "1",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<int>> s_fall = new("fall", Scalars.Integer(1, 1000))
    {
        Description = "How many tries in a row fail before one that was up is down. A client's connection that it refuses is enough.",
        Default = BackEndCheck.DefaultFall,
        Example = "2",
        Cost = OnChange.Reload,
    };

    static readonly ObjectSchema<BackEndCheck?> s_check = new("namespaces.NAME.vnfs.load-balancer.check", "what is asked of back ends", [s_http, s_tcp, s_status, s_interval, s_rise, s_fall], ReadCheck)
    {
        Shape = new KeyShape { Excludes = [("http", "tcp")], Needs = [("status", "http")] },
    };

    static readonly FieldSchema<BackEndCheck?> s_checkField = new("check", s_check)
    {
        Description = "What is asked of each back end again and again. Who does not answer gets nothing.",
        Otherwise = "`{ tcp: true }`",
        Example = "{ http: / }",
        Cost = OnChange.Reload,
    };

    readonly ObjectSchema<VnfDraft?> _schema;

    public LoadBalancerKind()
        : base(LoadBalancerDraft.Name)
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a load balancer", [s_listen, s_to, s_port, s_algorithm, s_checkField], Build);
        Field = Key(_schema, "Spreads connections over those who answer (haproxy).", "{ listen: \"tcp:80\", to: web }");
    }

    public override FieldSchema<VnfDraft?> Field { get; }

    public override VnfProgram? Program => LoadBalancerDraft.Haproxy;

    public override ImmutableArray<IObjectSchema> Objects => [_schema, s_check];

    static LoadBalancerDraft? Build(ObjectReader reader)
    {
        // All of it, so that one mistake does not hide another.
        bool isGood = reader.TryGet(s_listen, out Located<FrontEnd> listen);
        ImmutableArray<Located<Target>> to = reader.List(s_to);
        int? port = reader.TryGet(s_port, out Located<int> given) ? given.Value : null;
        Algorithm algorithm = reader.Get(s_algorithm).Value;
        BackEndCheck check = reader.Get(s_checkField) ?? new BackEndCheck();
        return isGood && reader.Has(s_to) ? new LoadBalancerDraft(listen.Value, to, port, algorithm, check) : null;
    }

    static BackEndCheck? ReadCheck(ObjectReader reader)
    {
        bool isHttp = reader.TryGet(s_http, out Located<string> path);
        bool isTcp = reader.TryGet(s_tcp, out Located<bool> tcp);
        if (reader.Has(s_http) && reader.Has(s_tcp))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_tcp), "check takes one of http and tcp", "leave tcp out");
        }
        else if (isTcp && !tcp.Value)
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_tcp), "a back end that nobody asks would get connections when it is down, too", "leave tcp out, or ask it by http");
        }

        if (reader.Has(s_status) && !reader.Has(s_http))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_status), "'status' goes with 'http'", "leave it out");
        }

        return new BackEndCheck
        {
            Http = isHttp ? path.Value : null,
            Statuses = Reading.Sections.HealthSchema.Ordered(reader.List(s_status)),
            Interval = reader.Get(s_interval).Value,
            Rise = reader.Get(s_rise).Value,
            Fall = reader.Get(s_fall).Value,
        };
    }

    // What stands between quotes in its configuration.
    static Problem? ReadPath(ScalarText text, out string value)
    {
        value = text.Text;
        return value.StartsWith('/') && value.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 && value.AsSpan().IndexOfAny("\"#'\\") < 0 ? null
            : new Problem(DiagnosticCatalog.BadEndpoint, $"{Quoted.Text(value)} is not a path of a URL", value.StartsWith('/') ? "write what is special as %20 and the like" : "it begins with /");
    }
}

internal enum Algorithm
{
    RoundRobin,
    LeastConnections,
    Source,
}

/// <summary>What clients connect to.</summary>
/// <param name="IsHttp">Else it hands whole connections on.</param>
internal readonly record struct FrontEnd(bool IsHttp, int Port)
{
    const string HttpWord = "http:";
    const string TcpWord = "tcp:";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsHttp ? HttpWord : TcpWord)}{Port}");

    public static Problem? Read(ScalarText text, out FrontEnd value)
    {
        bool isHttp = text.Text.StartsWith(HttpWord, StringComparison.Ordinal);
        string port = isHttp ? text.Text[HttpWord.Length..] : text.Text.StartsWith(TcpWord, StringComparison.Ordinal) ? text.Text[TcpWord.Length..] : text.Text;
        bool isNumber = int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        value = new FrontEnd(isHttp, number);
        return !isNumber ? new Problem(DiagnosticCatalog.BadEndpoint, $"{Quoted.Text(text.Text)} is neither a port nor one behind tcp: or http:", "for example \"tcp:80\"")
            : number is < 1 or > IPEndPoint.MaxPort ? new Problem(DiagnosticCatalog.OutOfRange, $"{Scalars.Shorten(port)} is outside 1..65535") : null;
    }
}

/// <summary>What is asked of a back end.</summary>
internal sealed record BackEndCheck
{
    public const int DefaultRise = 2;
    public const int DefaultFall = 3;
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(2);

    /// <summary>The path of a URL; null: it has to accept a connection.</summary>
    public string? Http { get; init; }

    /// <summary>In order; none: 200 to 399.</summary>
    public ImmutableArray<int> Statuses { get; init; } = [];

    public TimeSpan Interval { get; init; } = DefaultInterval;
    public int Rise { get; init; } = DefaultRise;
    public int Fall { get; init; } = DefaultFall;
}
