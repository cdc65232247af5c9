namespace Vdeorch.Plugs.Public;

/// <summary>
/// Which port of a switch a client gets, and who may have it: numbers and owners alone, nothing of sockets. For one thread.
/// 1. a port without anybody on it is given to whoever its owner lets in;
/// 2. from then on it is for clients of that same user, any number of them;
/// 3. once the last has left it is nobody's again. What its owner is stays.
/// </summary>
/// <remarks>The rules of vde_switch, src/vde_switch/port.c, with ports 1 to <paramref name="count"/> as its current version counts them.</remarks>
/// <param name="count">Ports beside <see cref="Management"/>, at least 1.</param>
/// <param name="isMember">Whether a user is in a group.</param>
public sealed class PortBook(int count, Func<uint, uint, bool> isMember)
{
    /// <summary>The port that is asked for by its own kind of request, and never given to whoever takes any.</summary>
    public const int Management = 0;

    const uint Root = 0;

    readonly Dictionary<int, Taken> taken = [];
    Dictionary<int, Owner> owners = [];

    /// <summary>Of ports beside <see cref="Management"/>. Who is on one that is not there any more stays until he leaves.</summary>
    public int Count { get; set; } = count;

    /// <summary>Whom a port is for; by default anybody who may come to the switch at all. Whoever is on it stays.</summary>
    public void SetOwners(IEnumerable<KeyValuePair<int, Owner>> all) => owners = new Dictionary<int, Owner>(all);

    /// <summary>The user of those who are on a port; null when nobody is, or nobody we know.</summary>
    public uint? UserOn(int port) => taken.GetValueOrDefault(port).User;

    /// <summary>The port for a client, who is on it from then on, until <see cref="Leave"/>.</summary>
    /// <param name="wanted">Null: the lowest that has nobody and is not kept for special use. Else that one.</param>
    /// <param name="user">Null: not known, so he shares with nobody and is nobody's member.</param>
    /// <param name="isTaken">Whether the switch has something else on a port: an interface, say.</param>
    /// <returns>Null when he gets none.</returns>
    public int? TryEnter(int? wanted, uint? user, Func<int, bool> isTaken)
    {
        if ((wanted ?? FirstFree(user, isTaken)) is not { } port || port < Management || port > Count || !IsFor(port, user, isTaken))
        {
            return null;
        }
        Taken before = taken.GetValueOrDefault(port);
        taken[port] = new Taken(before.Clients + 1, user);
        return port;
    }

    /// <returns>Whether he was the last there.</returns>
    public bool Leave(int port)
    {
        Taken before = taken[port];
        if (before.Clients > 1)
        {
            taken[port] = before with { Clients = before.Clients - 1 };
            return false;
        }
        taken.Remove(port);
        return true;
    }

    int? FirstFree(uint? user, Func<int, bool> isTaken)
    {
        for (int port = Management + 1; port <= Count; port++)
        {
            if (!taken.ContainsKey(port) && !isTaken(port) && !owners.GetValueOrDefault(port).IsReserved && IsFor(port, user, isTaken))
            {
                return port;
            }
        }
        return null;
    }

    bool IsFor(int port, uint? user, Func<int, bool> isTaken)
    {
        if (taken.TryGetValue(port, out Taken there))
        {
            return user is not null && there.User == user;
        }
        Owner owner = owners.GetValueOrDefault(port);
        return !isTaken(port)
            && (user == Root
                || owner is { User: null, Group: null }
                || (user is { } known && (owner.User == known || (owner.Group is { } group && isMember(known, group)))));
    }

    /// <summary>Both null: anybody's. Root may always.</summary>
    /// <param name="IsReserved">Only for whoever asks for it by its number.</param>
    public readonly record struct Owner(uint? User = null, uint? Group = null, bool IsReserved = false);

    readonly record struct Taken(int Clients, uint? User);
}
