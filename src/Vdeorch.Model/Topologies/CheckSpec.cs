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
/// <param name="Port">1..65535 for <see cref="ProbeKind.Tcp"/>, else 0.</param>
public sealed record Probe(string From, ProbeKind Kind, IPAddress Target, int Port)
{
    public override string ToString() => Kind == ProbeKind.Ping ? $"{From} ping {Target}" : $"{From} tcp {new IPEndPoint(Target, Port)}";
}

public enum ProbeKind
{
    Ping,
    Tcp,
}

public enum Expectation
{
    Ok,
    Blocked,
}
