using System.Globalization;
using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Engine.Enforcing;

/// <summary>Keeps strangers out of vxvdex clouds where the engine may: as root, with the rules in force before the plug is opened and until it has been closed.</summary>
internal static class CloudGuard
{
    const string Scheme = "vxvdex";

    /// <returns>Whether the plug may be opened although its own kernel module is absent.</returns>
    /// <exception cref="LinuxException">The rules could not be made.</exception>
    public static async Task<bool> EnforceAsync(SegmentSpec segment, CancellationToken ct)
    {
        if (segment.Locator.Scheme != Scheme || Credentials.EffectiveUid != 0)
        {
            return segment.MayBeUnenforced;
        }

        VxvdexCloud cloud = Cloud(segment.Locator, out string? problem) ?? throw new LinuxException(Errnos.Invalid, "enforce", segment.Id.ToString(), problem!);
        await VxvdexRules.ApplyAsync(cloud, null, ct);
        return true;
    }

    /// <summary>Of a cloud that has been closed; null, and any locator that has no rules, is fine.</summary>
    public static async Task ReleaseAsync(Uvdel? locator, CancellationToken ct)
    {
        if (locator is { Scheme: Scheme } && Credentials.EffectiveUid == 0 && Cloud(locator, out _) is { } cloud)
        {
            await VxvdexRules.RemoveAsync(cloud, null, ct);
        }
    }

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
