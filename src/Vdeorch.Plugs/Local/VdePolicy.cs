using System.Globalization;
using Vdeorch.Linux.Io;

namespace Vdeorch.Plugs.Local;

/// <summary>What one kind of <see cref="VdeServer"/> does differently from another. Called on the server's thread alone.</summary>
interface IVdePolicy
{
    /// <summary>Whether the data sockets are read elsewhere; else <see cref="VdeServer.Serve"/> tells whose have something.</summary>
    bool IsReadingItself { get; }

    /// <summary>Finds a place for a client, who has it until <see cref="Unplace"/>.</summary>
    /// <param name="user">Owner of the client's data socket, by the host's number; null: one our user namespace does not know from others.</param>
    /// <returns>Null: he is refused.</returns>
    int? TryPlace(VdeRequest request, uint? user);

    /// <summary>He who had the place has left, or did not get in after all.</summary>
    void Unplace(int number);

    /// <summary>Of the file in the directory that is our side's data socket.</summary>
    string NameOf(int number, Fd control, Fd data);

    /// <param name="owner">Of the client's data socket, as the file system has it.</param>
    VdeRights RightsOf(VdeRequest request, VdeServerSettings settings, uint owner);

    /// <summary>He is about to be answered.</summary>
    /// <exception cref="Vdeorch.Linux.LinuxException">He is refused after all.</exception>
    void Joined(VdeNode node);

    /// <summary>He is one of <see cref="VdeServer.Nodes"/> no more, and his socket is about to be closed.</summary>
    void Left(VdeNode node);
}

/// <summary>Of a data socket.</summary>
/// <param name="User">Null: ours.</param>
/// <param name="Gid">Null: as the file system has it.</param>
readonly record struct VdeRights(int Mode, uint? User, uint? Gid);

/// <summary>Of hub, multi, switch and bonding plugs: whoever may reach the directory is a node, the lowest free number is his, and that number says nothing.</summary>
/// <param name="left">Told that a node has gone and its number will be given out again.</param>
sealed class NetnodePolicy(Action<VdeNode> left) : IVdePolicy
{
    readonly HashSet<int> taken = [];

    public bool IsReadingItself => false;

    public int? TryPlace(VdeRequest request, uint? user)
    {
        if (request is not { Type: VdeRequest.NewControl, IsOld: false })
        {
            return null;
        }
        int number = 1;
        while (!taken.Add(number))
        {
            number++;
        }
        return number;
    }

    public void Unplace(int number) => taken.Remove(number);

    public string NameOf(int number, Fd control, Fd data) => string.Create(CultureInfo.InvariantCulture, $"fd{control.Number}");

    public VdeRights RightsOf(VdeRequest request, VdeServerSettings settings, uint owner) => new(settings.Mode, null, settings.Gid);

    public void Joined(VdeNode node)
    {
    }

    public void Left(VdeNode node) => left(node);
}
