using Vdeorch.Linux;
using Vdeorch.Linux.Taps;

namespace Vdeorch.Cli.Plugging;

/// <summary>
/// What the kernel refused, for people: what could not be done, in words, the error's own text, and what would do. Logs keep the name of the call.
/// </summary>
static class RefusalWords
{
    // asm-generic/errno-base.h, errno.h.
    const int NotPermitted = 1;
    const int NoEntry = 2;
    const int AccessDenied = 13;
    const int Busy = 16;
    const int Exists = 17;
    const int Invalid = 22;
    const int NoSpace = 28;
    const int NameTooLong = 36;
    const int NotEmpty = 39;
    const int AddressInUse = 98;
    const int AddressNotAvailable = 99;
    const int ConnectionRefused = 111;

    public static string Of(LinuxException refused) => refused is TunUnusableException
        ? refused.Message
        : string.Join("; ", new[] { $"{What(refused)}: {refused.ErrnoText}", refused.Detail ?? Help(refused) }.OfType<string>());

    static string What(LinuxException refused) => refused.Operation switch
    {
        "mkdir" => $"cannot make the directory '{refused.Subject}'",
        "bind" when IsPath(refused) => $"cannot make the socket '{refused.Subject}'",
        "bind" => $"cannot take the address {refused.Subject}",
        "listen" or "accept" => $"cannot wait for others at {refused.Subject}",
        "connect" => $"cannot reach '{refused.Subject}'",
        "send" or "recv" or "recvmsg" => $"cannot talk with '{refused.Subject}'",
        "chown" => $"cannot give '{refused.Subject}' to the user or group it is for",
        "chmod" => $"cannot set who may use '{refused.Subject}'",
        "realpath" => $"cannot find '{refused.Subject}'",
        "open" or "open namespace" => $"cannot open '{refused.Subject}'",
        "write" => $"cannot write '{refused.Subject}'",
        "execve" => $"cannot run '{refused.Subject}'",
        "chdir" => $"cannot go to the directory '{refused.Subject}'",
        "sethostname" => $"cannot be called '{refused.Subject}'",
        "if_nametoindex" => $"cannot find the interface '{refused.Subject}'",
        "vde_open" => $"libvdeplug cannot open '{refused.Subject}'",
        "agno key file" => $"cannot read the key file '{refused.Subject}'",
        "agno key file without two hexadecimal digits" => $"there is no key in '{refused.Subject}'",
        "slirp_new" => "cannot start slirp",
        var forward when forward.StartsWith("forward ", StringComparison.Ordinal) => $"cannot {forward} '{refused.Subject}'",
        var tun when tun.StartsWith("TUN", StringComparison.Ordinal) => $"cannot have the interface '{refused.Subject}'",
        var pcap when pcap.StartsWith("pcap_", StringComparison.Ordinal) => $"cannot capture on the interface '{refused.Subject}'",
        var member when member.EndsWith("_ADD_MEMBERSHIP", StringComparison.Ordinal) => $"cannot join the multicast group {refused.Subject}",
        var space when IsNamespace(space) => $"cannot make or enter a namespace for '{refused.Subject}'",
        var mount when mount.StartsWith("mount", StringComparison.Ordinal) => $"cannot mount '{refused.Subject}'",
        "newuidmap" or "newgidmap" => $"cannot map {refused.Subject} into a namespace",
        "socket" or "socketpair" => $"cannot have a socket for '{refused.Subject}'",
        var other => $"cannot go on with '{refused.Subject}' ({other})",
    };

    /// <returns>What would do; null where the error says it all.</returns>
    static string? Help(LinuxException refused) => (refused.Operation, refused.Errno) switch
    {
        ("mkdir" or "bind", NoEntry) when IsPath(refused) && FirstMissing(refused) is { } missing => $"there is no '{missing}': make it first (mkdir -p), or choose another place",
        ("mkdir", Exists) => "something of that name is there, and no switch of this user has left it: remove it, or choose another place",
        ("mkdir", NotEmpty) => "other files are in it: remove them, or choose another place",
        ("mkdir" or "bind", AccessDenied) when IsPath(refused) => $"this user may not write in '{Path.GetDirectoryName(refused.Subject)}': choose another place",
        ("bind", NameTooLong) => "a socket's path has 107 bytes at most: choose a shorter one",
        ("bind", AddressInUse) when IsPath(refused) => "another one serves there: end it, or choose another place",
        ("bind", AddressInUse) => "another program has it: end that, or choose another port",
        ("bind", AddressNotAvailable) => "no interface of this host has that address",
        ("connect" or "realpath", NoEntry) when IsPath(refused) => "nobody has made it: is the switch, or the other end, running?",
        ("connect", ConnectionRefused) when IsPath(refused) => "nobody listens there any more: start the switch, or the other end, again",
        ("connect", AccessDenied) when IsPath(refused) => "it is not for this user: who made it says for whom it is (vdeorch switch --mode, --group)",
        ("chown", NotPermitted) => "only root may, or, for a group, who is in it",
        ("TUNSETIFF", Busy) => "another program has it, or it is no tap",
        ("TUNSETIFF", NotPermitted) => "that takes root, or an interface made for this user: sudo ip tuntap add mode tap user \"$USER\" name NAME",
        ("TUNSETIFF", Invalid) => "a tap's name has 15 characters at most and no space, '/', ':' or '%', and an interface that is something else cannot be one",
        (var space, NotPermitted or NoSpace) when IsNamespace(space) => "'vdeorch doctor' says what this host lacks",
        _ => null,
    };

    static bool IsPath(LinuxException refused) => refused.Subject.StartsWith('/');

    static bool IsNamespace(string operation) =>
        operation.StartsWith("clone", StringComparison.Ordinal) || operation.StartsWith("unshare", StringComparison.Ordinal) || operation.StartsWith("setns", StringComparison.Ordinal);

    /// <returns>The outermost directory on the way to it that is not there; null when all are.</returns>
    static string? FirstMissing(LinuxException refused)
    {
        string? missing = null;
        string? at = Path.GetDirectoryName(refused.Subject);
        for (; at is { Length: > 1 } && !Directory.Exists(at); at = Path.GetDirectoryName(at))
        {
            missing = at;
        }

        return missing;
    }
}
