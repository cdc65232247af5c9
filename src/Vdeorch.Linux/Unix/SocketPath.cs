using Vdeorch.Linux.Io;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Unix;

/// <summary>The name of a socket of ours. Disposing removes it, unless somebody else has put another file there.</summary>
public sealed class SocketPath : IDisposable
{
    readonly UnixFileStatus? made;
    bool isGone;

    SocketPath(string path)
    {
        Path = path;
        made = UnixFile.Status(path);
    }

    public string Path { get; }

    /// <returns>Null with the error: EADDRINUSE when anything has the name.</returns>
    /// <param name="mode">Of the name: exactly, whatever the umask.</param>
    public static SocketPath? TryBind(Fd socket, string path, int mode, out int error)
    {
        error = UnixSocket.TryBind(socket, path, mode);
        if (error != 0)
        {
            return null;
        }
        SocketPath bound = new(path);
        error = UnixFile.TrySetMode(path, mode);
        if (error == 0)
        {
            return bound;
        }
        bound.Dispose();
        return null;
    }

    /// <inheritdoc cref="TryBind"/>
    /// <exception cref="LinuxException">The name cannot be had.</exception>
    public static SocketPath Bind(Fd socket, string path, int mode) =>
        TryBind(socket, path, mode, out int error) ?? throw new LinuxException(error, "bind", path);

    /// <summary>Removes a socket file that nobody has open any more.</summary>
    /// <returns>Whether the name is free now. Whatever is not a socket stays.</returns>
    public static bool TryRemoveStale(string path, UnixKind kind)
    {
        if (UnixFile.Status(path) is not { } there)
        {
            return true;
        }
        if (!there.IsSocket)
        {
            return false;
        }
        using Fd probe = UnixSocket.Open(kind);
        if (UnixSocket.TryConnect(probe, path) != ECONNREFUSED)
        {
            return false;
        }
        int error = UnixFile.TryUnlink(path);
        return error == 0 || error == ENOENT;
    }

    /// <summary>Whether the name still leads to the socket.</summary>
    public bool IsThere => !isGone && made is { } mine && UnixFile.Status(Path) is { } there && (there.Device, there.Inode) == (mine.Device, mine.Inode);

    public void Dispose()
    {
        if (IsThere)
        {
            _ = UnixFile.TryUnlink(Path);
        }
        isGone = true;
    }
}
