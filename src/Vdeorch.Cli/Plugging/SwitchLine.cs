using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Vdeorch.Linux.Credentials;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Cli.Plugging;

/// <summary>What `vdeorch switch` was asked for: the options of vde_switch, by their names there.</summary>
sealed record SwitchLine
{
    const int DefaultPorts = 32;

    /// <summary>vde_switch's, which a file's switches have not.</summary>
    const long MacAgeMs = 100_000;

    static readonly LineOption s_socket = new("--sock", "-s", "DIR", "The directory that clients name; /var/run/vde.ctl for root, else /tmp/vde.ctl");
    static readonly LineOption s_vdeSocket = new("--vdesock", null, "DIR", "Like --sock") { IsHidden = true };
    static readonly LineOption s_unix = new("--unix", null, "DIR", "Like --sock") { IsHidden = true };
    static readonly LineOption s_mode = new("--mode", "-m", "OCTAL", "Mode of the sockets; 0600");
    static readonly LineOption s_directoryMode = new("--dirmode", null, "OCTAL", "Mode of the directory; without it made from --mode");
    static readonly LineOption s_group = new("--group", "-g", "GROUP", "Group of directory and sockets");
    static readonly LineOption s_tap = new("--tap", "-t", "IF", "A tap interface that is joined to it; may be repeated");
    static readonly LineOption s_ports = new("--numports", "-n", "N", "How many ports it has; 32");
    static readonly LineOption s_hub = new("--hub", "-x", null, "Send every frame to every port and learn nothing");
    static readonly LineOption s_spanning = new("--fstp", "-F", null, "Keep loops of cables open by spanning trees, one for each VLAN, together with other switches");
    static readonly LineOption s_priority = new("--priority", null, "N", "Of the switches of a loop the one with the lowest is the root; 32768");
    static readonly LineOption s_daemon = new("--daemon", "-d", null, "Go on in the background once it can be joined");
    static readonly LineOption s_pidFile = new("--pidfile", "-p", "FILE", "Keep the process id in a file meanwhile, which must not be there");
    static readonly LineOption s_address = new("--macaddr", null, "MAC", "The switch's own address, by which others know it in a spanning tree; else 00:ff and four bytes by chance");
    static readonly LineOption s_console = new("--mgmt", "-M", "SOCKET", "Where its management console listens; see `vdeorch console`");
    static readonly LineOption s_consoleMode = new("--mgmtmode", null, "OCTAL", "Mode of that socket; 0600");
    static readonly LineOption s_consoleGroup = new("--mgmtgroup", null, "GROUP", "Group of that socket");
    static readonly LineOption s_script = new("--rcfile", "-f", "FILE", "Commands of the console to begin with; ~/.vde2/vde_switch.rc, else /etc/vde2/vde_switch.rc");
    static readonly LineOption s_noInput = new("--nostdin", null, null, "Standard input is no console, and its end is not the switch's");
    static readonly LineOption s_hashSize = new("--hashsize", null, "N", "Taken for scripts' sake: the table has 32,768 entries");
    static readonly LineOption s_debug = new("--debug", "-D", "N", "Ignored") { IsHidden = true };
    static readonly LineOption s_version = new("--version", "-v", null, "Print the version");
    static readonly LineOption s_detached = new("--detached", null, null, "Behind --daemon") { IsHidden = true };

    public static readonly ImmutableArray<LineOption> Options =
    [
        s_socket, s_mode, s_directoryMode, s_group, s_tap, s_ports, s_hub, s_spanning, s_priority, s_daemon, s_pidFile, s_address, s_hashSize,
        s_console, s_consoleMode, s_consoleGroup, s_script, s_noInput, s_version,
        s_vdeSocket, s_unix, s_debug, s_detached,
    ];

    public required SwitchSettings Settings { get; init; }

    /// <summary>Of its spanning trees, also of those that are turned on later.</summary>
    public int Priority { get; init; } = StpSettings.DefaultPriority;

    public ImmutableArray<string> Taps { get; init; } = [];

    /// <summary>Absolute; null: the usual ones, if they are there.</summary>
    public string? Script { get; init; }

    /// <summary>Whether it is managed over standard input, and ends with it.</summary>
    public bool ReadsInput { get; init; }

    public bool IsDaemon { get; init; }

    /// <summary>This is the process that <see cref="IsDaemon"/> started.</summary>
    public bool IsDetached { get; init; }

    public string? PidFile { get; init; }

    /// <summary>Nothing but the version is asked for.</summary>
    public bool AsksForVersion { get; init; }

    /// <returns>Null with what is wrong.</returns>
    public static SwitchLine? Of(ParsedLine parsed, out string? problem)
    {
        problem = parsed.Problem
            ?? (parsed.Operands is [var operand, ..] ? $"unexpected argument '{operand}'" : null)
            ?? Check(parsed, s_mode, IsMode, "a mode, octal, such as 0660") ?? Check(parsed, s_directoryMode, IsMode, "a mode, octal, such as 2770")
            ?? Check(parsed, s_consoleMode, IsMode, "a mode, octal, such as 0660") ?? Check(parsed, s_consoleGroup, IsGroup, "a group of this host")
            ?? Check(parsed, s_ports, IsPortCount, $"a number from 1 to {RuntimeRequest.MaxSwitchPorts}")
            ?? Check(parsed, s_address, text => MacAddress.TryParse(text.Replace('.', ':'), out _), "a MAC address") ?? Check(parsed, s_hashSize, IsNumber, "a number")
            ?? Check(parsed, s_priority, text => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _), "a number from 0 to 65535")
            ?? Check(parsed, s_group, IsGroup, "a group of this host");
        if (problem is not null)
        {
            return null;
        }

        (int mode, int directoryMode) = SwitchModes.Of(Octal(parsed.Find(s_mode)), Octal(parsed.Find(s_directoryMode)));
        string directory = parsed.Options.LastOrDefault(given => given.Option == s_socket.Name || given.Option == s_vdeSocket.Name || given.Option == s_unix.Name).Value
            ?? (Credentials.EffectiveUid == 0 ? "/var/run/vde.ctl" : "/tmp/vde.ctl");
        int ports = parsed.Find(s_ports) is { } count ? int.Parse(count, CultureInfo.InvariantCulture) : DefaultPorts;
        int priority = parsed.Find(s_priority) is { } first ? int.Parse(first, CultureInfo.InvariantCulture) : StpSettings.DefaultPriority;
        return new SwitchLine
        {
            Settings = new SwitchSettings("switch", ports, MacAgeMs, parsed.Has(s_hub))
            {
                Public = new PublicSettings(directory, mode, directoryMode, parsed.Find(s_group)),
                Console = parsed.Find(s_console) is { } console
                    ? new ConsoleSettings(Path.GetFullPath(console), Octal(parsed.Find(s_consoleMode)) ?? ConsoleSettings.DefaultMode, parsed.Find(s_consoleGroup))
                    : null,
                Mac = Address(parsed.Find(s_address)).ToString(),
                Vlans = VlanSet.Empty,
                MoveAfterMs = SwitchSettings.PublicMoveAfterMs,
                // A hub has none, whatever else is said, as with vde_switch.
                Stp = parsed.Has(s_spanning) && !parsed.Has(s_hub) ? new StpSettings(priority) : null,
            },
            Priority = priority,
            Taps = [.. parsed.Options.Where(given => given.Option == s_tap.Name).Select(given => given.Value)],
            Script = parsed.Find(s_script) is { } script ? Path.GetFullPath(script) : null,
            ReadsInput = !parsed.Has(s_noInput) && !parsed.Has(s_daemon) && !parsed.Has(s_detached),
            IsDaemon = parsed.Has(s_daemon),
            IsDetached = parsed.Has(s_detached),
            PidFile = parsed.Find(s_pidFile),
            AsksForVersion = parsed.Has(s_version),
        };
    }

    // As vde_switch makes one.
    static MacAddress AddressOf(string? given)
    {
        const ulong Prefix = 0x00ff_0000_0000;
        return given is not null && MacAddress.TryParse(given, out MacAddress mac) ? mac : new MacAddress(Prefix | BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))));
    }

    static string? Check(ParsedLine parsed, LineOption option, Func<string, bool> isFine, string wanted) =>
        parsed.Find(option) is { } typed && !isFine(typed) ? $"{option.Name}: '{typed}' is not {wanted}" : null;

    static bool IsGroup(string text) => IsNumber(text) || Credentials.GroupId(text) is not null;

    static MacAddress Address(string? given) =>
        given is not null && MacAddress.TryParse(given.Replace('.', ':'), out MacAddress address)
            ? address
            : new MacAddress(0x00ff_0000_0000UL | BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)));

    static bool IsNumber(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    static bool IsPortCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int ports) && ports is >= 1 and <= RuntimeRequest.MaxSwitchPorts;

    static bool IsMode(string text) => text.Length is > 0 and <= 5 && text.All(c => c is >= '0' and <= '7') && Convert.ToInt32(text, 8) < 0b1_000_000_000_000;

    static int? Octal(string? text) => text is null ? null : Convert.ToInt32(text, 8);
}
