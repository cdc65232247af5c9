using Vdeorch.Engine.Observing;
using Vdeorch.Linux;

namespace Vdeorch.Engine;

/// <summary>The world said no: the kernel, the disk, the plug runtime. Whoever changes something can meet it anywhere, and has to say so.</summary>
internal static class Refusals
{
    public static bool IsRefusal(this Exception failed) => failed is LinuxException or IOException or UnauthorizedAccessException or RuntimeRefusedException or ObservationException;
}
