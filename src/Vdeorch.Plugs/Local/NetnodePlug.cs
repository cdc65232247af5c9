using System.Globalization;
using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>A plug that others plug into, with the protocol of VDE switches. Its host is whoever opened it; what goes to whom, each kind decides.</summary>
abstract class NetnodePlug : IPlug
{
    static readonly int[] Indices = [.. Enumerable.Range(0, FrameBatch.MaxFrames)];

    readonly VdeServer server;

    protected NetnodePlug(NetnodeOptions options, PlugOpening opening) => server = VdeServer.Open(Settings(options, opening), new NetnodePolicy(OnLeft));

    public Fd Readiness => server.Readiness;

    public int Headroom => 0;

    protected ReadOnlySpan<VdeNode> Nodes => server.Nodes;

    public Transfer Receive(FrameBatch into)
    {
        int before = into.Count;
        ReadOnlySpan<VdeNode> readable = server.Serve(out bool any);
        foreach (VdeNode node in readable)
        {
            int first = into.Count;
            Datagrams.Receive(node.Data, into, out _);
            if (into.Count > first)
            {
                Relay(node, into, Indices.AsSpan(first, into.Count - first));
            }
        }
        long bytes = 0;
        for (int i = before; i < into.Count; i++)
        {
            bytes += into.Frame(i).Length;
        }
        return new Transfer(into.Count - before, bytes, any ? 0 : Errnos.Again);
    }

    /// <inheritdoc/>
    /// <returns>As taken counts what one node at least took, or nobody was there for.</returns>
    public abstract Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames);

    public void Dispose() => server.Dispose();

    /// <summary>Gives frames of a node to other nodes. What then remains in the batch is the host's.</summary>
    /// <param name="frames">The last of the batch.</param>
    protected virtual void Relay(VdeNode from, FrameBatch batch, ReadOnlySpan<int> frames)
    {
    }

    protected virtual void OnLeft(VdeNode node)
    {
    }

    protected Transfer SendToAll(FrameBatch batch, ReadOnlySpan<int> frames, VdeNode? except)
    {
        Transfer best = default;
        bool any = false;
        foreach (VdeNode node in Nodes)
        {
            if (node != except)
            {
                Transfer sent = node.Send(batch, frames);
                best = sent.Frames > best.Frames || !any ? sent : best;
                any = true;
            }
        }
        return any ? best : All(batch, frames);
    }

    /// <summary>As if they had been taken.</summary>
    protected static Transfer All(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        long bytes = 0;
        foreach (int frame in frames)
        {
            bytes += batch.Frame(frame).Length;
        }
        return new Transfer(frames.Length, bytes, 0);
    }

    static VdeServerSettings Settings(NetnodeOptions options, PlugOpening opening)
    {
        int? asked = options.Mode ?? opening.Mode;
        string? group = options.Group ?? opening.Group;
        uint? gid = group switch
        {
            null => null,
            "" => Credentials.EffectiveGid,
            _ => HostIds.Here.FileGroup(group, out string? problem) ?? throw new PlugException(problem!),
        };
        return new VdeServerSettings(DirectoryOf(options.Path), NetnodeOptions.SocketMode(asked), options.DirectoryMode ?? NetnodeOptions.DirectoryModeFor(asked), gid);
    }

    static string DirectoryOf(string path)
    {
        if (path.Length == 0)
        {
            uint uid = HostIds.Here.OwnUser;
            return $"/tmp/vdenode_{Credentials.Name(uid) ?? string.Create(CultureInfo.InvariantCulture, $"u{uid}")}";
        }
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string parent = Parent(full);
        return Path.Combine(parent, Path.GetFileName(full));
    }

    static string Parent(string full)
    {
        try
        {
            return UnixFile.RealPath(Path.GetDirectoryName(full) ?? "/");
        }
        catch (LinuxException absent)
        {
            // What is refused is the directory to be made, and not the one above it.
            throw new LinuxException(absent.Errno, "mkdir", full);
        }
    }
}
