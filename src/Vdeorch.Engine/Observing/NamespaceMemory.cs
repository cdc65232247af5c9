using System.Collections.Immutable;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Engine.Observing;

/// <summary>
/// What was seen in a topology's namespaces, for as long as the kernel tells of no change in them: so a look costs what has changed, not what is there.
/// Keeps no namespace alive. For any thread, one look at a time.
/// </summary>
/// <remarks>Of sysctls and files the kernel tells nothing; they are not remembered.</remarks>
internal sealed class NamespaceMemory(NamespaceThread thread) : IDisposable
{
    readonly Lock _gate = new();
    readonly Dictionary<string, Remembered> _seen = new(StringComparer.Ordinal);
    NamespaceEvents? _events;
    bool _isOpen;

    sealed record Remembered(NamespaceIdentity Identity, int Number, NetworkState State)
    {
        /// <summary>What was made of it, and of what else.</summary>
        public (Circumstances Of, ImmutableArray<Observed> Objects)? Drawn { get; set; }
    }

    /// <summary>What decides what is seen of a namespace, beside what the kernel has in it.</summary>
    /// <param name="Special">Interfaces that others than the file see to, and how.</param>
    /// <param name="Told">Fields that only the notes know.</param>
    /// <param name="Ports">Of its interfaces, in the order of its links; empty without a runtime.</param>
    public sealed record Circumstances(bool IsHooked, bool HasRuntime, string Special, ImmutableArray<Field> Told, ImmutableArray<PortSight> Ports)
    {
        public bool Equals(Circumstances? other) => other is not null && (IsHooked, HasRuntime, Special) == (other.IsHooked, other.HasRuntime, other.Special)
            && Told.AsSpan().SequenceEqual(other.Told.AsSpan()) && Ports.AsSpan().SequenceEqual(other.Ports.AsSpan());

        public override int GetHashCode() => HashCode.Combine(IsHooked, HasRuntime, Told.Length, Ports.Length);
    }

    /// <summary>What of a port is a matter of its interface. None of it is set where the runtime has no such port.</summary>
    public readonly record struct PortSight(string? Switch, string? Fault, PortOptions? Options);

    /// <summary>Hears what has changed, and keeps others out until the end.</summary>
    public IDisposable Begin()
    {
        _gate.Enter();
        try
        {
            Hear();
            return new Turn(_gate);
        }
        catch
        {
            _gate.Exit();
            throw;
        }
    }

    /// <returns>Null when it has to be looked at.</returns>
    public NetworkState? Recall(string pin) =>
        _seen.TryGetValue(pin, out Remembered? remembered) && NetNamespace.IdentityOf(pin) == remembered.Identity ? remembered.State : null;

    /// <summary>Looks, and remembers if it will be told of changes.</summary>
    /// <param name="look">Done after the kernel was asked to tell.</param>
    public NetworkState Look(string pin, NetNamespace ns, Func<NetworkState> look)
    {
        int? number = _events?.Name(ns);
        NetworkState state = look();
        // Who marks a link that is down, or takes its mark away, the kernel does not tell of.
        if (number is { } told && state.Links.All(link => link.IsUp || link.Alias.Length == 0))
        {
            _seen[pin] = new Remembered(ns.Identity, told, state);
        }

        return state;
    }

    /// <summary>The same objects as the last time, where they come out the same: who compares need not look into them.</summary>
    /// <param name="state">As recalled.</param>
    public ImmutableArray<Observed> Draw(string pin, NetworkState state, Circumstances circumstances, Func<ImmutableArray<Observed>> draw)
    {
        if (!_seen.TryGetValue(pin, out Remembered? remembered) || !ReferenceEquals(remembered.State, state))
        {
            return draw();
        }

        if (remembered.Drawn is not { } drawn || drawn.Of != circumstances)
        {
            remembered.Drawn = drawn = (circumstances, draw());
        }

        return drawn.Objects;
    }

    public void Dispose() => _events?.Dispose();

    void Hear()
    {
        if (!_isOpen)
        {
            _events = thread.Tour(_ => NamespaceEvents.TryOpen());
            _isOpen = true;
        }

        HashSet<int> changed = [];
        if (_events?.TryHear(changed) == false)
        {
            _seen.Clear();
        }

        foreach (string pin in _seen.Where(pair => changed.Contains(pair.Value.Number)).Select(pair => pair.Key).ToArray())
        {
            _seen.Remove(pin);
        }
    }

    sealed class Turn(Lock gate) : IDisposable
    {
        public void Dispose() => gate.Exit();
    }
}
