using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>
/// What a service is beside that when it is the daemon of a network function: what it was asked for, its configuration, and where it gets that from. It runs as nobody, with the
/// rights of the network alone, sees the host read-only, and has a <c>/run</c>, <c>/var/lib</c> and <c>/var/log</c> of its own.
/// </summary>
/// <param name="Package">What has its program, in Debian.</param>
public sealed record DaemonSpec(string Package)
{
    /// <summary>Where a daemon finds its <see cref="Files"/>.</summary>
    public const string Config = "/run/config";

    /// <summary>What fields of <see cref="Files"/> begin with.</summary>
    public const string FilePaths = "config.";

    /// <summary>What fields of <see cref="Shown"/> begin with.</summary>
    public const string ShownPaths = "shown.";

    /// <summary>What it was asked for: each key to its value as a file has it, on one line.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Its configuration, in order of names.</summary>
    public ImmutableArray<DaemonFile> Files { get; init; } = [];

    /// <summary>What it sees of the host at places of its own: a name below <c>/run</c> to an absolute path.</summary>
    public ImmutableSortedDictionary<string, string> Shown { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Whether it asks for the address of an interface: what it is told it hands to this program at <see cref="LeaseHand"/>, which also writes <see cref="Resolver"/>.</summary>
    public bool TakesLeases { get; init; }

    /// <summary>The file below <c>/var/lib</c> where it notes the addresses it has given, as dnsmasq does; null: it gives none.</summary>
    public string? Leases { get; init; }

    /// <summary>Where a client of DHCP finds whom to tell its lease.</summary>
    public const string LeaseHand = "/run/lease-hand";

    /// <summary>Where a client of DHCP finds the /etc/resolv.conf of its namespace.</summary>
    public const string Resolver = "/run/resolv.conf";

    /// <summary>The signal at which it reads its configuration again, without letting go of anybody; 0: it does not.</summary>
    public int ReloadSignal { get; init; }

    /// <summary>A tun interface that is its to serve: made before it is started, and open for it as descriptor 3. Null: it needs none.</summary>
    public string? Tun { get; init; }

    /// <summary>Ports that it is the only one to have, at every address of its namespace.</summary>
    public ImmutableArray<DaemonPort> Ports { get; init; } = [];

    /// <summary>Namespaces that it hands what it gets on to.</summary>
    public ImmutableArray<ResourceId> PassesTo { get; init; } = [];

    /// <summary>What it can be asked of itself; null: nothing.</summary>
    public DaemonReport? Report { get; init; }

    public IEnumerable<Field> Fields =>
    [
        .. Parameters.Select(pair => new Field(pair.Key, pair.Value, OnChange.Hot)),
        .. Files.Select(file => new Field($"{FilePaths}{file.Name}", Print(file.Text), file.OnChange)),
        .. Shown.Select(pair => new Field($"{ShownPaths}{pair.Key}", pair.Value, OnChange.Restart)),
    ];

    /// <summary>How many lines, and which.</summary>
    public static string Print(string text)
    {
        int lines = text.Count(c => c == '\n');
        return string.Create(CultureInfo.InvariantCulture, $"{lines} {(lines == 1 ? "line" : "lines")} ({ContentDigest.Of(Encoding.UTF8.GetBytes(text)):x16})");
    }
}

/// <summary>A file of a daemon's configuration.</summary>
/// <param name="OnChange">What a change costs: <see cref="OnChange.Reload"/> when the daemon reads it again at its signal, else <see cref="OnChange.Restart"/>.</param>
public sealed record DaemonFile(string Name, string Text, OnChange OnChange);

/// <param name="Number">1..65535.</param>
public readonly record struct DaemonPort(bool IsTcp, int Number)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsTcp ? "tcp" : "udp")} port {Number}");
}

/// <summary>What a daemon says of itself when it is asked.</summary>
/// <param name="Socket">A stream socket in its <c>/run</c>, by its name.</param>
/// <param name="Question">What is sent; it answers, and ends the stream.</param>
public abstract record DaemonReport(string Socket, string Question)
{
    /// <returns>How it is, and why it is not better, for people; null when there is nothing to be said.</returns>
    public abstract (Health Health, string Why)? Read(string answer);
}
