using System.Globalization;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Engine.Enforcing;

/// <summary>Keeps strangers out of vxvdex clouds where the engine may: as root, with the rules in force before the plug is opened and until it has been closed.</summary>
internal sealed class CloudGuard(RunDirectory run, string topology)
{
    /// <returns>Whether the plug may be opened although its own kernel module is absent.</returns>
    /// <exception cref="LinuxException">The rules could not be made.</exception>
    public async Task<bool> EnforceAsync(SegmentSpec segment, CancellationToken ct)
    {
        if (!Enforces(segment.Locator))
        {
            return segment.MayBeUnenforced;
        }

        VxvdexCloud cloud = Cloud(segment.Locator, out string? problem) ?? throw new LinuxException(Errnos.Invalid, "enforce", segment.Id.ToString(), problem!);
        await VxvdexTables.ApplyAsync(cloud, Owner(segment.Id), null, ct);
        return true;
    }

    /// <summary>Of a cloud that has been closed; null, and any locator that has no rules, is fine.</summary>
    /// <param name="now">What the segment is now; rules they have in common stay.</param>
    public async Task ReleaseAsync(ResourceId segment, Uvdel? locator, Uvdel? now, CancellationToken ct)
    {
        if (locator is not null && Enforces(locator) && Cloud(locator, out _) is { } cloud
            && (now is null || !Enforces(now) || Cloud(now, out _) is not { } kept || VxvdexRules.Table(kept) != VxvdexRules.Table(cloud)))
        {
            await VxvdexTables.RemoveAsync(cloud, Owner(segment), null, ct);
        }
    }

    /// <returns>What is wrong with the rules of a segment, in a word; null when they are in force, or nothing is to be enforced, or it cannot be seen.</returns>
    public async Task<string?> FaultAsync(ResourceId segment, Uvdel locator, CancellationToken ct)
    {
        if (!Enforces(locator) || Cloud(locator, out _) is not { } cloud)
        {
            return null;
        }

        try
        {
            return await VxvdexTables.ObserveAsync(cloud, null, ct) switch
            {
                null => "gone",
                { IsIntact: false } => "changed",
                { Owners: var owners } => owners.Contains(Owner(segment)) ? null : "not held",
            };
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    // Root of a user namespace of its own has no say in the host's network.
    bool Enforces(Uvdel locator) => locator.Scheme == SegmentSpec.EnforcedScheme && !run.IsRootless;

    string Owner(ResourceId segment) => VxvdexRules.Owner(run.Path, topology, segment.ToString());

    static VxvdexCloud? Cloud(Uvdel locator, out string? problem)
    {
        string name = locator.Find("grp") ?? "";
        uint? group = name.Length == 0 ? Credentials.EffectiveGid
            : uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : Credentials.GroupId(name);
        if (group is null)
        {
            problem = $"there is no group '{name}' on this host";
            return null;
        }

        return VxvdexCloud.From(locator, group.Value, out problem);
    }
}
