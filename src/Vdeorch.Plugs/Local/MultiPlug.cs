using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>The host sends to all nodes, a node to the host alone.</summary>
sealed class MultiPlug(NetnodeOptions options, PlugOpening opening) : NetnodePlug(options, opening)
{
    public static readonly PlugKind Kind = new("multi", (uvdel, opening) => new MultiPlug(NetnodeOptions.From(uvdel), opening));

    public override Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => SendToAll(batch, frames, null);
}
