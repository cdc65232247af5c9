using System.Collections.Immutable;
using System.Globalization;

namespace Vdeorch.Cli.Plugging;

/// <summary>What `vdeorch plug` was asked for: the options of vde_plug, by their names there.</summary>
sealed record PlugLine
{
    static readonly LineOption s_daemon = new("--daemon", "-d", null, "Go on in the background once everything is plugged");
    static readonly LineOption s_pidFile = new("--pidfile", "-p", "FILE", "Keep the process id in a file meanwhile");
    static readonly LineOption s_mode = new("--mod", "-m", "OCTAL", "Mode of sockets that the first plug makes");
    static readonly LineOption s_group = new("--group", "-g", "GROUP", "Group of sockets that the first plug makes");
    static readonly LineOption s_mode2 = new("--mod2", "-M", "OCTAL", "Like --mod, of the second plug");
    static readonly LineOption s_group2 = new("--group2", "-G", "GROUP", "Like --group, of the second plug");
    static readonly LineOption s_port = new("--port", null, "N", "Port of the switch that the first plug asks for; a port in its UVDEL goes before it");
    static readonly LineOption s_port2 = new("--port2", null, "N", "Like --port, of the second plug");
    static readonly LineOption s_description = new("--descr", "-D", "TEXT", "What switches show for this connection");
    static readonly LineOption s_log = new("--log", "-l", null, "Write start and stop to the system log");
    static readonly LineOption s_ipLog = new("--iplog", "-L", null, "Write addresses that are first seen in the stream there too");
    static readonly LineOption s_command = new("--command", "-c", "COMMAND", "As a login shell: run nothing but 'vdeorch plug' or 'vde_plug', and log it");
    static readonly LineOption s_detached = new("--detached", null, null, "Behind --daemon") { IsHidden = true };

    public static readonly ImmutableArray<LineOption> Options =
    [
        s_daemon, s_pidFile, s_mode, s_group, s_mode2, s_group2, s_port, s_port2, s_description, s_log, s_ipLog, s_command, s_detached,
    ];

    public required ImmutableArray<PlugEnd> Ends { get; init; }

    public bool IsDaemon { get; init; }

    /// <summary>This is the process that <see cref="IsDaemon"/> started.</summary>
    public bool IsDetached { get; init; }

    public string? PidFile { get; init; }
    public string? Description { get; init; }
    public bool Logs { get; init; }
    public bool LogsAddresses { get; init; }

    /// <summary>Non-null: we stand in for a shell, and this is what it was to run.</summary>
    public string? ShellCommand { get; init; }

    /// <returns>Null with what is wrong.</returns>
    public static PlugLine? Of(ParsedLine parsed, out string? problem)
    {
        problem = parsed.Problem
            ?? Check(parsed, s_port, IsPort, "a port, a number from 1") ?? Check(parsed, s_port2, IsPort, "a port, a number from 1")
            ?? Check(parsed, s_mode, IsMode, "a mode, octal, such as 0770") ?? Check(parsed, s_mode2, IsMode, "a mode, octal, such as 0770");
        if (problem is not null)
        {
            return null;
        }

        if (EndsOf(parsed.Operands) is not { } locators)
        {
            problem = $"'{string.Join(' ', parsed.Operands)}' is neither one nor two locators, nor has it '=' before a command";
            return null;
        }

        return new PlugLine
        {
            Ends = [.. locators.Select((end, i) => i == 0
                ? end with { Mode = Mode(parsed.Find(s_mode)), Group = parsed.Find(s_group), Port = Port(parsed.Find(s_port)) }
                : end with { Mode = Mode(parsed.Find(s_mode2)), Group = parsed.Find(s_group2), Port = Port(parsed.Find(s_port2)) })],
            IsDaemon = parsed.Has(s_daemon),
            IsDetached = parsed.Has(s_detached),
            PidFile = parsed.Find(s_pidFile),
            Description = parsed.Find(s_description) is { Length: > 0 } text ? text : null,
            Logs = parsed.Has(s_log) || parsed.Has(s_ipLog) || parsed.Has(s_command),
            LogsAddresses = parsed.Has(s_ipLog),
            ShellCommand = parsed.Find(s_command),
        };
    }

    // With two words and no more, a "=" that comes second is a name.
    static ImmutableArray<PlugEnd>? EndsOf(ImmutableArray<string> words) => words switch
    {
        [] => [PlugEnd.Locator(""), PlugEnd.Standard],
        [var one] => [PlugEnd.Locator(one), PlugEnd.Standard],
        ["=", .. var command] => [PlugEnd.Locator(""), PlugEnd.Program(command)],
        [var one, var two] => [PlugEnd.Locator(one), PlugEnd.Locator(two)],
        [var one, "=", .. var command] => [PlugEnd.Locator(one), PlugEnd.Program(command)],
        _ => null,
    };

    static string? Check(ParsedLine parsed, LineOption option, Func<string, bool> isFine, string wanted) =>
        parsed.Find(option) is { } typed && !isFine(typed) ? $"{option.Name}: '{typed}' is not {wanted}" : null;

    static bool IsPort(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port > 0;

    static bool IsMode(string text) => text.Length is > 0 and <= 5 && text.All(c => c is >= '0' and <= '7');

    static int Port(string? text) => text is null ? 0 : int.Parse(text, CultureInfo.InvariantCulture);

    static int? Mode(string? text) => text is null ? null : Convert.ToInt32(text, 8);
}

/// <summary>One end of the cable: a locator, a program, or (neither) standard input and output.</summary>
sealed record PlugEnd
{
    public static readonly PlugEnd Standard = new();

    /// <summary>"": the default network.</summary>
    public string? Uvdel { get; init; }

    public ImmutableArray<string> Command { get; init; } = [];
    public int? Mode { get; init; }
    public string? Group { get; init; }
    public int Port { get; init; }

    /// <summary>Whether its frames are a stream: of standard input and output, or of a program.</summary>
    public bool IsStream => Uvdel is null;

    /// <summary>As messages name it.</summary>
    public string Subject => Uvdel switch
    {
        "" => "default switch",
        { } text => text,
        null when Command.IsEmpty => "standard input",
        null => $"= {string.Join(' ', Command)}",
    };

    public static PlugEnd Locator(string text) => new() { Uvdel = text };

    public static PlugEnd Program(ImmutableArray<string> words) => new() { Command = words };
}
