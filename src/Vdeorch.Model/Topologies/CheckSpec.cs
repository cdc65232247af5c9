using System.Collections.Immutable;
using System.Net;

namespace Vdeorch.Model.Topologies;

/// <summary>A proof the file asks for, its patterns and names already resolved to what must be tried.</summary>
/// <param name="Name">The key in <c>checks:</c>.</param>
/// <param name="Probes">All of them must come out as <paramref name="Expect"/> says.</param>
/// <param name="Within">How long a probe is tried again until it does; a blocked one must stay silent for its whole last try.</param>
public sealed record CheckSpec(string Name, ImmutableArray<Probe> Probes, Expectation Expect, TimeSpan Within)
{
    public static readonly TimeSpan DefaultWithin = TimeSpan.FromSeconds(5);
}

/// <param name="From">The namespace that tries.</param>
/// <param name="Kind">How.</param>
/// <param name="Target">Whom.</param>
/// <param name="Port">1..65535; 0 for <see cref="ProbeKind.Ping"/>.</param>
public sealed record Probe(string From, ProbeKind Kind, IPAddress Target, int Port)
{
    const int HttpPort = 80;

    /// <summary>Of <see cref="ProbeKind.Http"/>: <c>/health?full</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>Of <see cref="ProbeKind.Http"/>: the status codes that pass, in order; none: 200 to 399.</summary>
    public ImmutableArray<int> Statuses { get; init; } = [];

    /// <summary>The address, <c>address:port</c> or URL that is tried, as a file has it.</summary>
    public string Text => Kind switch
    {
        ProbeKind.Ping => Target.ToString(),
        ProbeKind.Tcp => new IPEndPoint(Target, Port).ToString(),
        _ when Port == HttpPort => $"http://{(Target.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{Target}]" : Target.ToString())}{Path}",
        _ => $"http://{new IPEndPoint(Target, Port)}{Path}",
    };

    /// <summary>What is tried, without who tries: <c>ping 10.0.0.1</c>.</summary>
    public string What => $"{Word(Kind)} {Text}";

    public override string ToString() => $"{From} {What}";

    // By what the list holds, not by which list it is.
    public bool Equals(Probe? other) => other is not null && ToString() == other.ToString() && Statuses.AsSpan().SequenceEqual(other.Statuses.AsSpan());

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>As the key of a file.</summary>
    public static string Word(ProbeKind kind) => kind switch
    {
        ProbeKind.Ping => "ping",
        ProbeKind.Tcp => "tcp",
        _ => "http",
    };
}

public enum ProbeKind
{
    Ping,
    Tcp,
    Http,
}

public enum Expectation
{
    Ok,
    Blocked,
}
