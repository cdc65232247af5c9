using Vdeorch.Linux.Io;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs.Foreign;

namespace Vdeorch.Plugs;

/// <summary>What a plug is opened with beside its locator: what callers of libvdeplug pass as description and open arguments.</summary>
public sealed record PlugOpening
{
    /// <summary>"vdeorch", "QEMU": who plugs in. The user and the pid are added by plugs that tell the other side.</summary>
    public required string Description { get; init; }

    /// <summary>0: not asked for. A port in the locator goes before it.</summary>
    public int Port { get; init; }

    /// <summary>Name or number; null: not asked for.</summary>
    public string? Group { get; init; }

    /// <summary>Of sockets that are made; null: the plug's default.</summary>
    public int? Mode { get; init; }

    /// <summary>For a plug that would have the kernel keep strangers out, where it cannot: whoever opens it has seen to that otherwise, or does without.</summary>
    public bool MayOpenUnenforced { get; init; }

    /// <summary>
    /// Of sockets of this host: what may be under way to a peer that does not read, in the kernel's reckoning (768 bytes and more a frame). Where nobody
    /// waits for the peer, a burst should fit; where somebody does, more than the caches hold only costs.
    /// </summary>
    public int SendBufferBytes { get; init; } = Local.Datagrams.SendBufferBytes;

    /// <summary>The path of vdeorch itself, which is run again around a plug that only the system's libvdeplug has; null: such plugs are not known.</summary>
    public string? Program { get; init; }

    /// <summary>Told, once each, what the user should know and what stops nothing.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Opens a plug, and what is nested in it. The caller owns it.</summary>
    /// <exception cref="Vdeorch.Linux.LinuxException">The world refuses.</exception>
    /// <exception cref="PlugException">The locator asks for what cannot be.</exception>
    public IPlug Open(Uvdel uvdel)
    {
        if (PlugKinds.Find(uvdel.Scheme) is { } kind)
        {
            return kind.Open(uvdel, this);
        }

        return Program is null ? throw Unknown(uvdel.Scheme, null) : ForeignPlug.Open(uvdel, this, Program);
    }

    /// <param name="why">Why the system's libvdeplug could not help either.</param>
    internal static PlugException Unknown(string scheme, string? why) => new(
        $"there is no plug '{scheme}://'; known: {string.Join(", ", PlugKinds.All.Select(known => known.Scheme).Order(StringComparer.Ordinal))}{(why is null ? "" : $". Another plug of libvdeplug {why}")}",
        Errnos.ProtocolNotSupported);

    /// <summary>Opens what stands in the braces.</summary>
    public IPlug OpenNested(Uvdel outer) => Open(outer.Nested ?? throw new PlugException($"{outer.Scheme}:// needs a locator in braces"));
}

/// <summary>A locator that cannot be opened whatever the world is like. The message names the thing, quotes the value and says what would do.</summary>
/// <param name="errno">What libvdeplug would set.</param>
public sealed class PlugException(string message, int errno = Errnos.Invalid) : Exception(message)
{
    public int Errno { get; } = errno;
}
