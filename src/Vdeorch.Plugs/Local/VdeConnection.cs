using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;

namespace Vdeorch.Plugs.Local;

/// <summary>Somebody at the control socket of a <see cref="VdeServer"/>, and what came from him so far.</summary>
/// <param name="id">From 1, never given out again.</param>
sealed class VdeConnection(ulong id, Fd control)
{
    readonly byte[] said = new byte[VdeRequest.MaxBytes];
    int count;

    public ulong Id => id;
    public Fd Control => control;
    public VdeNode? Node { get; set; }
    public int LastWords { get; set; }

    /// <summary>When he is given up who has gone and whose frames nobody fetches; 0: he has not gone.</summary>
    public long EndsMs { get; set; }

    /// <summary>Not empty: <see cref="VdeRequest.MayGrow"/> is over before it is full.</summary>
    public Span<byte> Room => Node is null ? said.AsSpan(count) : said;

    public ReadOnlySpan<byte> Take(int received)
    {
        count += received;
        return said.AsSpan(0, count);
    }

    /// <summary>Whose the data socket is that he wants to be reached at.</summary>
    /// <returns>Null when it is not his: else he could have us write frames into a socket that he could not write to himself.</returns>
    public uint? OwnerOf(string path) =>
        UnixSocket.Peer(control) is { } peer && UnixFile.Status(path) is { IsSocket: true } file && (peer.Uid == 0 || peer.Uid == file.Uid) ? file.Uid : null;
}
