using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>Everybody hears everybody: the host all nodes, a node the others and the host.</summary>
sealed class HubPlug(NetnodeOptions options, PlugOpening opening) : NetnodePlug(options, opening)
{
    public static readonly PlugKind Kind = new("hub", (uvdel, opening) => new HubPlug(NetnodeOptions.From(uvdel), opening));

    public override Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => SendToAll(batch, frames, null);

    protected override void Relay(VdeNode from, FrameBatch batch, ReadOnlySpan<int> frames) => SendToAll(batch, frames, from);
}
