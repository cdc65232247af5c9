using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>The host sends each frame to one node, in turn; a node to the host alone.</summary>
sealed class BondingPlug(NetnodeOptions options, PlugOpening opening) : NetnodePlug(options, opening)
{
    public static readonly PlugKind Kind = new("bonding", (uvdel, opening) => new BondingPlug(NetnodeOptions.From(uvdel), opening));

    int turn;

    public override Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        ReadOnlySpan<VdeNode> nodes = Nodes;
        if (nodes.Length == 0)
        {
            return All(batch, frames);
        }
        uint first = (uint)(Interlocked.Add(ref turn, frames.Length) - frames.Length);
        Span<int> share = stackalloc int[frames.Length];
        Transfer total = default;
        for (int i = 0; i < Math.Min(nodes.Length, frames.Length); i++)
        {
            int count = 0;
            for (int frame = i; frame < frames.Length; frame += nodes.Length)
            {
                share[count++] = frames[frame];
            }
            Transfer sent = nodes[(int)((first + (uint)i) % (uint)nodes.Length)].Send(batch, share[..count]);
            total = new Transfer(total.Frames + sent.Frames, total.Bytes + sent.Bytes, sent.Errno != 0 ? sent.Errno : total.Errno);
        }
        return total;
    }
}
