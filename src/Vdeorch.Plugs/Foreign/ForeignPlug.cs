using System.Globalization;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Streams;

namespace Vdeorch.Plugs.Foreign;

/// <summary>A plug that only the system's libvdeplug has, in a process of its own: see <see cref="ForeignHost"/>.</summary>
sealed class ForeignPlug : IPlug
{
    readonly HelperProcess host;
    readonly SeqPacketPlug frames;

    ForeignPlug(HelperProcess host, Fd socket) => (this.host, frames) = (host, new SeqPacketPlug(socket));

    public Fd Readiness => frames.Readiness;

    public int Headroom => 0;

    /// <param name="program">Ours, which is run again.</param>
    /// <exception cref="PlugException">No libvdeplug, no such plugin, or it refuses.</exception>
    public static ForeignPlug Open(Uvdel uvdel, PlugOpening opening, string program)
    {
        string text = uvdel.ToString();
        bool isAsked = text.StartsWith(ForeignScheme.Prefix, StringComparison.Ordinal);
        string url = isAsked ? text[ForeignScheme.Prefix.Length..] : text;
        HelperProcess host = HelperProcess.Start(
            program,
            [
                "vdeorch", ForeignHost.Word, url, opening.Description,
                opening.Port.ToString(CultureInfo.InvariantCulture), opening.Group ?? "", (opening.Mode ?? -1).ToString(CultureInfo.InvariantCulture),
            ],
            out Fd socket);
        ForeignPlug plug = new(host, socket);
        string answer = ForeignHost.Await(socket);
        if (answer == ForeignHost.Ready)
        {
            return plug;
        }
        plug.Dispose();
        string[] refusal = answer.Split(' ', 2);
        throw int.Parse(refusal[0], CultureInfo.InvariantCulture) switch
        {
            ForeignHost.NoLibrary when isAsked => new PlugException($"{uvdel.Scheme}:// {refusal[1]}", Errnos.ProtocolNotSupported),
            Errnos.ProtocolNotSupported when isAsked => new PlugException(
                $"{uvdel.Scheme}://: the system's libvdeplug has no plugin '{uvdel.Scheme[ForeignScheme.Prefix.Length..]}' (libvdeplug_{uvdel.Scheme[ForeignScheme.Prefix.Length..]}.so)", Errnos.ProtocolNotSupported),
            ForeignHost.NoLibrary => PlugOpening.Unknown(uvdel.Scheme, refusal[1]),
            Errnos.ProtocolNotSupported => PlugOpening.Unknown(uvdel.Scheme, null),
            int errno => new PlugException(refusal[1], errno),
        };
    }

    public Transfer Receive(FrameBatch into) => frames.Receive(into);

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => this.frames.Send(batch, frames);

    public void Dispose()
    {
        frames.Dispose();
        host.Dispose();
    }
}
