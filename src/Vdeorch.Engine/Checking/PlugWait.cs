using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux;
using Vdeorch.Model.Resources;

namespace Vdeorch.Engine.Checking;

/// <summary>Waits until every plug that a runtime opens itself is open. What cannot be opened is tried on by the runtime; only the waiting ends.</summary>
internal sealed class PlugWait(TopologyKeeper keeper)
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    /// <summary>Plugs that are named; of more, how many.</summary>
    const int Named = 3;

    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    /// <returns>Null when all are; else which are not, and why.</returns>
    public async Task<string?> RunAsync(CancellationToken ct)
    {
        long began = keeper.Clock.GetTimestamp();
        while (true)
        {
            string? down = Down();
            if (down is null || ct.IsCancellationRequested || keeper.Clock.GetElapsedTime(began) > s_patience)
            {
                return down;
            }

            await Task.Delay(s_pause, keeper.Clock, CancellationToken.None);
        }
    }

    // The card of a machine that its user starts, when he likes.
    bool IsUsers(ResourceId id) => id.Kind == Kinds.Card && File.Exists(keeper.Run.ExternalNote(keeper.Name, id.Name.Split('/')[0]));

    /// <summary>As it is now, without waiting.</summary>
    public string? Down()
    {
        try
        {
            using RuntimeClient client = new(keeper.Run.StateSocket(keeper.Name));
            string[] down = [.. PlugObserver.Observe(client.State(), new ResourceId(Kinds.Runtime, keeper.Name)).Where(plug => plug.Reason is not null && !IsUsers(plug.Id)).Select(plug => $"{plug.Id} is {plug.Reason}")];
            return down.Length == 0 ? null : string.Join("; ", down.Length <= Named ? down : [.. down[..Named], $"{down.Length - Named} more are down too"]);
        }
        catch (LinuxException refused)
        {
            return $"the plug runtime does not answer: {refused.Message}";
        }
    }
}
