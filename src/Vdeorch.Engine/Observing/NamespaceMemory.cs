using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;

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

    sealed record Remembered(NamespaceIdentity Identity, int Number, NetworkState State);

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
