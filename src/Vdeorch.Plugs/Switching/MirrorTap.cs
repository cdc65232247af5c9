using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Switching;

/// <summary>Gives what passes one port to another that mirrors it. What that one does not take is counted there.</summary>
/// <param name="inward">Frames that come in.</param>
/// <param name="outward">Frames that go out.</param>
sealed class MirrorTap(Port to, bool inward, bool outward) : IFrameTap
{
    public void Copy(FrameBatch batch, ReadOnlySpan<int> frames, bool isOutward, long time, int worker)
    {
        if (isOutward ? outward : inward)
        {
            Outbox.Deliver(batch, frames, to, TimeSpan.Zero, worker);
        }
    }
}
