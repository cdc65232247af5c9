using Vdeorch.Linux.Io;

namespace Vdeorch.Engine.Enforcing;

/// <summary>
/// The rules of clouds in the kernel. Several segments, of several topologies and engines, may hold one cloud's table: it is made for the first and removed
/// with the last. Within one engine they take turns; two engines that let go at the same instant may leave a table behind, which then keeps out too many
/// and not too few.
/// </summary>
/// <remarks>Of every <c>net</c>: the network namespace; null is the calling thread's.</remarks>
public static class VxvdexTables
{
    static readonly SemaphoreSlim s_turn = new(1, 1);

    /// <summary>Puts the rules in force, all at once. Before the plug is opened: there is no moment without them. Those that are whole stay as they are.</summary>
    /// <exception cref="Vdeorch.Linux.LinuxException">nft is missing, or refused; then nothing has changed.</exception>
    public static Task ApplyAsync(VxvdexCloud cloud, string owner, Fd? net, CancellationToken ct) => InTurnAsync(cloud, net, there => there switch
    {
        { IsIntact: true } => there.Owners.Contains(owner) ? null : VxvdexRules.RenderHolding(cloud, owner),
        _ => VxvdexRules.Render(cloud, [.. there?.Owners.Remove(owner) ?? [], owner]),
    }, ct);

    /// <summary>After the plug has been closed. With the last owner what was refused until now is forgotten.</summary>
    /// <inheritdoc cref="ApplyAsync"/>
    public static Task RemoveAsync(VxvdexCloud cloud, string owner, Fd? net, CancellationToken ct) => InTurnAsync(cloud, net, there => there switch
    {
        null => null,
        _ when there.Owners.Any(other => other != owner) => there.Owners.Contains(owner) ? VxvdexRules.RenderLetting(cloud, owner) : null,
        _ => VxvdexRules.RenderRemoval(cloud),
    }, ct);

    /// <returns>Null when there are no rules for the cloud.</returns>
    /// <inheritdoc cref="ApplyAsync"/>
    public static async Task<VxvdexObserved?> ObserveAsync(VxvdexCloud cloud, Fd? net, CancellationToken ct) =>
        VxvdexRules.Parse(cloud, await Nft.RunAsync(VxvdexRules.Table(cloud), net, ["-j", "list", "ruleset", "inet"], "", ct).ConfigureAwait(false));

    // Null for a change: none is needed.
    static async Task InTurnAsync(VxvdexCloud cloud, Fd? net, Func<VxvdexObserved?, string?> change, CancellationToken ct)
    {
        await s_turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (change(await ObserveAsync(cloud, net, ct).ConfigureAwait(false)) is { } text)
            {
                await Nft.RunAsync(VxvdexRules.Table(cloud), net, ["-f", "-"], text, ct).ConfigureAwait(false);
            }
        }
        finally
        {
            s_turn.Release();
        }
    }
}
