using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;

namespace Vdeorch.Plugs.Local;

/// <param name="Directory">Absolute, without links.</param>
/// <param name="Mode">Of the control socket, and of data sockets unless the policy says otherwise.</param>
/// <param name="Gid">Of all that is made; null: as the file system has it.</param>
sealed record VdeServerSettings(string Directory, int Mode, int DirectoryMode, uint? Gid)
{
    /// <summary>Whether a directory of ours that is there already, and empty, will do.</summary>
    public bool MayBeThere { get; init; }
}

/// <summary>The directory of a <see cref="VdeServer"/>: made, taken over from one that was killed, and who may do what in it.</summary>
static class VdeDirectory
{
    const int OursAlone = 0b111_000_000;

    public static string Listener(VdeServerSettings settings) => $"{settings.Directory}/ctl";

    /// <summary>Afterwards it is there, and nobody listens in it. What a server that had no time to remove it has left is taken away.</summary>
    /// <exception cref="LinuxException">EADDRINUSE: somebody listens. EEXIST: it is there, and no such server has left it. ENOTEMPTY: something else is in it.</exception>
    public static void Make(VdeServerSettings settings)
    {
        string directory = settings.Directory;
        int error = UnixFile.TryMakeDirectory(directory, OursAlone);
        if (error == Errnos.Exists)
        {
            error = TryTakeOver(settings);
        }
        if (error != 0)
        {
            throw new LinuxException(error, error == Errnos.AddressInUse ? "bind" : "mkdir", directory, error switch
            {
                Errnos.AddressInUse when UnixFile.Status(directory)?.Uid != Credentials.EffectiveUid => "it is of another user, whose switch serves there: choose another place",
                Errnos.NotEmpty => "other files are in it: remove them, or choose another place",
                Errnos.Exists => "something of that name is there, and no switch of this user has left it: remove it, or choose another place",
                _ => null,
            });
        }
    }

    /// <summary>Gives the directory and the control socket the mode and group they are to have.</summary>
    /// <exception cref="LinuxException">EPERM: not a group of ours, or not our directory.</exception>
    public static void SetRights(VdeServerSettings settings)
    {
        string listener = Listener(settings);
        SetGroup(listener, settings.Gid);
        SetMode(listener, settings.Mode);
        SetGroup(settings.Directory, settings.Gid);
        // chown takes the set-group-id bit away.
        SetMode(settings.Directory, settings.DirectoryMode);
    }

    /// <summary>Gives a data socket its name, over one that nobody has open any more.</summary>
    /// <returns>Null when the name cannot be had.</returns>
    /// <exception cref="LinuxException">The group cannot be set.</exception>
    public static SocketPath? TryName(Fd data, string path, VdeRights rights)
    {
        _ = UnixFile.TryUnlink(path);
        if (SocketPath.TryBind(data, path, rights.Mode, out _) is not { } name)
        {
            return null;
        }
        if ((rights.User is not null || rights.Gid is not null) && UnixFile.TrySetOwner(path, rights.User, rights.Gid) is not 0 and int error)
        {
            name.Dispose();
            throw new LinuxException(error, "chown", path);
        }
        return name;
    }

    // Not what belongs to somebody else: he could put another socket under our name at any time.
    static int TryTakeOver(VdeServerSettings settings)
    {
        string directory = settings.Directory;
        string listener = Listener(settings);
        if (UnixFile.Status(directory) is not { IsDirectory: true } there || there.Uid != Credentials.EffectiveUid)
        {
            return settings.MayBeThere && IsServed(listener) ? Errnos.AddressInUse : Errnos.Exists;
        }
        if (UnixFile.Status(listener) is not { } left)
        {
            return !settings.MayBeThere ? Errnos.Exists : Directory.EnumerateFileSystemEntries(directory).Any() ? Errnos.NotEmpty : 0;
        }
        if (!left.IsSocket || !SocketPath.TryRemoveStale(listener, UnixKind.Stream))
        {
            return settings.MayBeThere && left.IsSocket ? Errnos.AddressInUse : Errnos.Exists;
        }
        foreach (string path in Directory.EnumerateFileSystemEntries(directory).Where(path => IsOfAServer(Path.GetFileName(path))))
        {
            SocketPath.TryRemoveStale(path, UnixKind.Datagram);
        }
        return 0;
    }

    // Of somebody else's. Who may not ask is not told that nobody is there.
    static bool IsServed(string listener)
    {
        using Fd client = UnixSocket.Open(UnixKind.Stream);
        return UnixSocket.TryConnect(client, listener) is 0 or Errnos.AccessDenied;
    }

    // fd7 and 001.7 are a server's, .00123-00001 a client's.
    static bool IsOfAServer(string name) => name is ['f', 'd', ..] or ['.', ..] || (char.IsAsciiDigit(name[0]) && name.Contains('.', StringComparison.Ordinal));

    static void SetMode(string path, int mode)
    {
        if (UnixFile.TrySetMode(path, mode) is not 0 and int error)
        {
            throw new LinuxException(error, "chmod", path);
        }
    }

    static void SetGroup(string path, uint? gid)
    {
        if (gid is { } wanted && UnixFile.TrySetGroup(path, wanted) is not 0 and int error)
        {
            throw new LinuxException(error, "chown", path);
        }
    }
}
