using System.Collections.Immutable;
using Vdeorch.Plugs.Streams;

namespace Vdeorch.Cli.Plugging;

/// <summary>What `vdeorch ns` was asked for: the options of vdens, by their names there.</summary>
sealed record NsLine
{
    static readonly LineOption s_interface = new("--iface", "-i", "PREFIX", "What interfaces are called before their number (default: vde)");
    static readonly LineOption s_multi = new("--multi", "-m", null, "All words up to '--' are networks, also where there is none");
    static readonly LineOption s_resolver = new("--resolvconf", "-r", "FILE", "Seen as /etc/resolv.conf inside ($VDE_RESOLVCONF)");
    static readonly LineOption s_servers = new("--resolvaddr", "-R", "A,B", "Name servers to ask inside; goes before --resolvconf ($VDE_RESOLVADDR)");
    static readonly LineOption s_hostName = new("--hostname", "-H", "NAME", "The host name inside");
    static readonly LineOption s_administrates = new("--sysadm", "-s", null, "The command may mount and the like inside");
    static readonly LineOption s_clone = new("--clone", "-c", null, "Of vdens; without effect") { IsHidden = true };
    static readonly LineOption s_unshare = new("--unshare", "-u", null, "Of vdens; without effect") { IsHidden = true };

    public static readonly ImmutableArray<LineOption> Options = [s_interface, s_multi, s_resolver, s_servers, s_hostName, s_administrates, s_clone, s_unshare];

    /// <summary>An interface each; none: loopback alone.</summary>
    public required ImmutableArray<PlugEnd> Networks { get; init; }

    public required ImmutableArray<string> Command { get; init; }
    public required string Prefix { get; init; }
    public string? Resolver { get; init; }
    public ImmutableArray<string> NameServers { get; init; } = [];
    public string? HostName { get; init; }
    public bool Administrates { get; init; }

    /// <returns>Null with what is wrong.</returns>
    public static NsLine? Of(ParsedLine parsed, Func<string, string?> environment, out string? problem)
    {
        problem = parsed.Problem;
        if (problem is not null)
        {
            return null;
        }

        (ImmutableArray<string> networks, ImmutableArray<string> command) = Split(parsed);
        if (command.IsEmpty)
        {
            if (environment("SHELL") is not { Length: > 0 } shell)
            {
                problem = "no command is given and $SHELL is not set";
                return null;
            }

            command = [shell];
        }

        string prefix = parsed.Find(s_interface) ?? "vde";
        // With the longest number there may be, 15 bytes.
        if (prefix.Length is 0 or > 12 || prefix.Any(c => !char.IsAscii(c) || char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or ':' or '%'))
        {
            problem = $"--iface: '{prefix}' cannot begin the name of an interface";
            return null;
        }

        string? servers = parsed.Find(s_servers) ?? environment("VDE_RESOLVADDR");
        return new NsLine
        {
            Networks = [.. networks.Where(net => net is not ("" or "-" or "no")).Select(End)],
            Command = command,
            Prefix = prefix,
            Resolver = parsed.Find(s_resolver) ?? (environment("VDE_RESOLVCONF") is { Length: > 0 } file ? file : null),
            NameServers = [.. (servers ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            HostName = parsed.Find(s_hostName),
            Administrates = parsed.Has(s_administrates),
        };
    }

    // NET CMD...; NET NET -- CMD...; -- CMD...
    static (ImmutableArray<string> Networks, ImmutableArray<string> Command) Split(ParsedLine parsed)
    {
        ImmutableArray<string> words = parsed.Operands;
        bool isMulti = parsed.Has(s_multi);
        int dashes = words.IndexOf("--");
        return dashes >= 0 && (isMulti || !parsed.IsSetOff) ? (words[..dashes], words[(dashes + 1)..])
            : parsed.IsSetOff ? ([], words)
            : isMulti || words.IsEmpty ? (words, [])
            : (words[..1], words[1..]);
    }

    static PlugEnd End(string text) => text.StartsWith('=') ? PlugEnd.Program(CommandWords.Split(text[1..])) : PlugEnd.Locator(text);
}
