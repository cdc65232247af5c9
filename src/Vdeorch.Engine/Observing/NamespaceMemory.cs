using System.Collections.Immutable;
using Vdeorch.Linux.Mounts;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;

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
    MountWatch? _mounts;
    bool _isOpen;

    sealed record Remembered(NamespaceIdentity Identity, int Number, NetworkState State)
    {
        /// <summary>What was made of it, and of what else.</summary>
        public Drawn? Drawn { get; set; }
    }

    /// <param name="At">When it is the same, so are the circumstances.</param>
    sealed record Drawn(Ground At, Circumstances Of, ImmutableArray<Observed> Objects);

    /// <summary>Where the circumstances come from. Values that are replaced, never changed: the same ones say the same.</summary>
    /// <param name="Special">As that of <see cref="Circumstances"/>.</param>
    /// <param name="Runtime">What it said of itself; null: none runs.</param>
    /// <param name="Applied">What was asked for last; null: nothing.</param>
    public readonly record struct Ground(bool IsHooked, string Special, RuntimeState? Runtime, NamespaceSpec? Applied)
    {
        public bool Equals(Ground other) => IsHooked == other.IsHooked && Special == other.Special && ReferenceEquals(Runtime, other.Runtime) && ReferenceEquals(Applied, other.Applied);

        public override int GetHashCode() => HashCode.Combine(IsHooked, Special);
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
    public NetworkState? Recall(string pin) => _seen.TryGetValue(pin, out Remembered? remembered) ? remembered.State : null;

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
    /// <param name="find">The circumstances, of who stands on another ground than the last time.</param>
    public ImmutableArray<Observed> Draw(string pin, NetworkState state, Ground ground, Func<Circumstances> find, Func<ImmutableArray<Observed>> draw)
    {
        if (!_seen.TryGetValue(pin, out Remembered? remembered) || !ReferenceEquals(remembered.State, state))
        {
            return draw();
        }

        if (remembered.Drawn is not { } drawn || drawn.At != ground)
        {
            Circumstances circumstances = find();
            remembered.Drawn = drawn = remembered.Drawn is { } before && before.Of == circumstances ? before with { At = ground } : new Drawn(ground, circumstances, draw());
        }

        return drawn.Objects;
    }

    public void Dispose()
    {
        _events?.Dispose();
        _mounts?.Dispose();
    }

    void Hear()
    {
        if (!_isOpen)
        {
            _events = thread.Tour(_ => NamespaceEvents.TryOpen());
            _mounts = MountWatch.TryOpen();
            _isOpen = true;
        }

        // Another namespace may be at the place of one that was seen.
        if (_mounts is null || _mounts.HasChanged())
        {
            Forget(pair => NetNamespace.IdentityOf(pair.Key) != pair.Value.Identity);
        }

        HashSet<int> changed = [];
        if (_events?.TryHear(changed) == false)
        {
            _seen.Clear();
        }

        if (changed.Count > 0)
        {
            Forget(pair => changed.Contains(pair.Value.Number));
        }
    }

    void Forget(Func<KeyValuePair<string, Remembered>, bool> isOther)
    {
        foreach (string pin in _seen.Where(isOther).Select(pair => pair.Key).ToArray())
        {
            _seen.Remove(pin);
        }
    }

    sealed class Turn(Lock gate) : IDisposable
    {
        public void Dispose() => gate.Exit();
    }
}
