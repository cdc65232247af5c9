using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Linux.Namespaces;

namespace Vdeorch.Linux.Credentials;

/// <summary>
/// Users and groups between people and the kernel. What people write and read is the host's, names and numbers; what the kernel takes and gives is the
/// user namespace's: where an ordinary user's switches are, only his own ids exist, and whoever else comes cannot be told from others.
/// </summary>
/// <param name="OwnUser">The host's id of who runs this.</param>
/// <param name="OwnGroup">The host's id of his group.</param>
public sealed record HostIds(IdMap Users, IdMap Groups, uint OwnUser, uint OwnGroup)
{
    const string Lacks = "an ordinary user's switches are made in a user namespace, which has that user's own ids only";

    /// <summary>As this process has them. Only in a namespace that we made is the host outside of it: root of a container is on its host.</summary>
    public static HostIds Here { get; } = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Anchor.Mark))
        ? Of(IdMap.Parse(Read("/proc/self/uid_map")), IdMap.Parse(Read("/proc/self/gid_map")))
        : new HostIds(Outermost("/proc/self/uid_map"), Outermost("/proc/self/gid_map"), Credentials.EffectiveUid, Credentials.EffectiveGid);

    /// <summary>As what this user starts in a namespace of his own will have them.</summary>
    public static HostIds InAnchor()
    {
        (ImmutableArray<(uint, uint, uint)> users, ImmutableArray<(uint, uint, uint)> groups) = Anchor.Ranges();
        return new HostIds(new IdMap(users, Overflows: true), new IdMap(groups, Overflows: true), Credentials.EffectiveUid, Credentials.EffectiveGid);
    }

    /// <returns>Of a user the kernel names, the host's name, else its number; null when it cannot be known.</returns>
    public string? UserName(uint inside) => Users.Outside(inside) is { } uid ? NameOf(uid) : null;

    /// <returns>Of a group the kernel names, the host's name, else its number; null when it cannot be known.</returns>
    public string? GroupName(uint inside) => Groups.Outside(inside) is { } gid ? Credentials.GroupName(gid) ?? Number(gid) : null;

    /// <summary>The name of who runs this, else his number.</summary>
    public string OwnName => NameOf(OwnUser);

    /// <param name="text">Name or number, of the host.</param>
    /// <param name="problem">What is wrong, with what would do.</param>
    /// <returns>The kernel's number for files to belong to; null with <paramref name="problem"/>.</returns>
    public uint? FileGroup(string text, out string? problem)
    {
        if (Group(text, out problem) is not { } gid)
        {
            return null;
        }

        if (Groups.Inside(gid) is { } inside)
        {
            return inside;
        }

        problem = $"group {Say(text, gid, "gid")} does not exist where this switch is made: {Lacks}; leave `group` out, give `mode: \"0666\"` to let everybody join, or run it as root";
        return null;
    }

    /// <param name="text">Name or number, of the host.</param>
    /// <returns>The host's number of a user whom a client can be told to be; null with <paramref name="problem"/>.</returns>
    public uint? ClientUser(string text, out string? problem)
    {
        problem = null;
        if ((TryRead(text, out uint number) ? number : Credentials.UserId(text)) is not { } uid)
        {
            problem = $"there is no user '{text}'";
            return null;
        }

        if (Users.Inside(uid) is { } inside && Users.Outside(inside) is not null)
        {
            return uid;
        }

        problem = $"user {Say(text, uid, "uid")} cannot be told from others where this switch is made: {Lacks}; leave `user` out, {(uid == OwnUser ? "" : $"give `user: {OwnName}`, ")}or run it as root";
        return null;
    }

    /// <param name="text">Name or number, of the host.</param>
    /// <returns>The host's number of a group one of whose members at least can be told to be one; null with <paramref name="problem"/>.</returns>
    public uint? ClientGroup(string text, out string? problem)
    {
        if (Group(text, out problem) is not { } gid)
        {
            return null;
        }

        if (Users.IsSame || (Users.Inside(OwnUser) is { } own && Users.Outside(own) is not null && Credentials.IsMember(OwnUser, gid)))
        {
            return gid;
        }

        problem = $"nobody who is in group {Say(text, gid, "gid")} can be told from others where this switch is made: {Lacks}; leave `group` out, or run it as root";
        return null;
    }

    static HostIds Of(IdMap users, IdMap groups) =>
        new(users, groups, users.Own(Credentials.EffectiveUid) ?? Credentials.EffectiveUid, groups.Own(Credentials.EffectiveGid) ?? Credentials.EffectiveGid);

    static uint? Group(string text, out string? problem)
    {
        uint? gid = TryRead(text, out uint number) ? number : Credentials.GroupId(text);
        problem = gid is null ? $"there is no group '{text}'" : null;
        return gid;
    }

    // A container's namespace may lack ids, too, which are then one to us; but what it has, it calls as we do.
    static IdMap Outermost(string path) => IdMap.Same with { Overflows = Read(path) is { Length: > 0 } lines && IdMap.Parse(lines).Overflows };

    static string NameOf(uint uid) => Credentials.Name(uid) ?? Number(uid);

    static string Say(string text, uint id, string what) => TryRead(text, out _) ? text : $"'{text}' ({what} {Number(id)})";

    static string Number(uint id) => id.ToString(CultureInfo.InvariantCulture);

    static bool TryRead(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    static string[] Read(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
