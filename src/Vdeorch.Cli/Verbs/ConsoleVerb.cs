using System.CommandLine;
using Vdeorch.Cli.Consoles;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Entering;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Resources;

namespace Vdeorch.Cli.Verbs;

/// <summary>The serial console of a machine; the management console of a switch: ours, or any vde_switch's.</summary>
static class ConsoleVerb
{
    public const string Name = "console";

    /// <summary>Of one command, as both sides have it.</summary>
    const int MaxCommandBytes = 128;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static Command Create(Session session)
    {
        Argument<string> target = new(Arguments.SwitchName) { Description = "A machine or a switch of a running topology, or the socket of any vde_switch's console" };
        Argument<string[]> command = new("COMMAND") { Description = "What to run; without it, a dialogue, or what standard input brings", Arity = ArgumentArity.ZeroOrMore, CaptureRemainingTokens = true };
        Command verb = new(Name, "Be at the serial console of a machine, or manage a switch at its console, as vde_switch is managed") { target, command };
        verb.SetAction((parsed, ct) => RunAsync(session, parsed.GetRequiredValue(target), parsed.GetValue(command) ?? [], ct));
        return verb;
    }

    static async Task<int> RunAsync(Session session, string target, string[] command, CancellationToken ct)
    {
        if (MachineOf(session, target) is { } machine)
        {
            return Attach(session, machine.Topology, machine.Name, command, ct);
        }

        Fd socket = Connect(session, target);
        Terminal terminal = session.Terminal;
        LineEditor editor = new(terminal, $"{target}> ");
        using ConsoleConversation talk = new(socket, text => editor.Write($"** {Ink.Harmless(text)}"));
        try
        {
            await talk.GreetAsync(ct).WaitAsync(s_patience, session.Clock, ct);
        }
        catch (TimeoutException)
        {
            throw new EntryException($"'{target}' does not greet as the console of a switch does");
        }

        return command.Length > 0 ? await RunAsync(talk, string.Join(' ', command), terminal, ct)
            : terminal is { InIsTerminal: true, OutIsTerminal: true } ? await TalkAsync(talk, editor, terminal, ct)
            : await ReadAsync(talk, terminal, ct);
    }

    // A switch of that name comes before a machine of that name, which is then meant by machine/NAME.
    static (string Topology, string Name)? MachineOf(Session session, string target)
    {
        string[] names = target.Split('/');
        bool isNamed = names.Length == 3 && names[1] == Kinds.Machine;
        return names.Length is 2 or 3 && names.All(Arguments.IsName) && (isNamed || (names.Length == 2 && MachineEntry.IsThere(session.Run, names[0], names[1]) && RunFiles.Applied(session.Run, names[0])?.Switches.Any(sw => sw.Name == names[1]) != true))
            ? (names[0], names[^1]) : null;
    }

    static int Attach(Session session, string topology, string machine, string[] command, CancellationToken ct)
    {
        if (command.Length > 0)
        {
            throw new EntryException($"{topology}/{machine} is a machine: its console takes what standard input brings, and no command here");
        }

        using Fd socket = MachineEntry.Open(session.Run, topology, machine);
        new SerialConsole(socket, session.Terminal).Run(ct);
        return ExitCodes.Ok;
    }

    /// <summary>A path has a slash at its front, or a dot: names have neither. What cannot be a switch's name may be a socket, as vdeterm takes it.</summary>
    static Fd Connect(Session session, string target)
    {
        if (target is not ['/' or '.', ..])
        {
            string[] names = target.Split('/');
            if (names.Length == 2 && Arguments.IsName(names[0]) && Arguments.IsName(names[1]))
            {
                return ConsoleEntry.Open(session.Run, names[0], names[1]);
            }

            if (UnixFile.Status(Path.GetFullPath(target)) is null)
            {
                throw new EntryException($"'{target}' is not of the form {Arguments.SwitchName}, nor a socket that is there: lab/sw, or /tmp/mysw.mgmt");
            }
        }

        if (UnixFile.Status(Path.GetFullPath(target)) is { IsSocket: false })
        {
            throw new EntryException($"'{target}' is no socket, and so no console: vdeorch switch makes one with -M, a file with `console`");
        }

        Fd socket = UnixSocket.Open(UnixKind.Stream);
        if (UnixSocket.TryConnect(socket, Path.GetFullPath(target)) is not 0 and int error)
        {
            socket.Dispose();
            throw new LinuxException(error, "connect", target, error == Errnos.AccessDenied
                ? "it is not for this user: who made it says for whom it is (vdeorch switch --mgmtmode, --mgmtgroup; console: { mode, group } in a file)" : null);
        }

        return socket;
    }

    static async Task<int> TalkAsync(ConsoleConversation talk, LineEditor editor, Terminal terminal, CancellationToken ct)
    {
        List<string> history = ConsoleHistory.Load();
        string[] words = Words(await talk.AskAsync("help", ct));
        // Ctrl-C is a key like any other here, as in a shell.
        Console.TreatControlCAsInput = true;
        try
        {
            while (!talk.HasEnded && editor.Read(words, history) is { } line)
            {
                if (line.Trim() is not { Length: > 0 } command)
                {
                    continue;
                }

                if (history is [] || history[^1] != command)
                {
                    history.Add(command);
                }

                await RunAsync(talk, command, terminal, ct);
            }
        }
        finally
        {
            Console.TreatControlCAsInput = false;
            ConsoleHistory.Save(history);
        }

        return ExitCodes.Ok;
    }

    static async Task<int> ReadAsync(ConsoleConversation talk, Terminal terminal, CancellationToken ct)
    {
        int exitCode = ExitCodes.Ok;
        while (!talk.HasEnded && await terminal.In().ReadLineAsync(ct) is { } line)
        {
            if (line.Trim() is { Length: > 0 } command)
            {
                exitCode = Math.Max(exitCode, await RunAsync(talk, command, terminal, ct));
            }
        }

        return exitCode;
    }

    static async Task<int> RunAsync(ConsoleConversation talk, string command, Terminal terminal, CancellationToken ct)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(command) >= MaxCommandBytes)
        {
            terminal.Say($"'{command}' is longer than the {MaxCommandBytes - 1} bytes of a command");
            return ExitCodes.Failed;
        }

        ConsoleAnswer answer = await talk.AskAsync(command, ct);
        foreach (string line in answer.Lines)
        {
            terminal.Out.WriteLine(terminal.OutIsTerminal ? Ink.Harmless(line) : line);
        }

        terminal.Out.Flush();
        if (answer.Code == 0)
        {
            return ExitCodes.Ok;
        }

        terminal.Say($"{command}: {answer.Text}");
        return ExitCodes.Failed;
    }

    // Of the list: what stands before the syntax, headings left out.
    static string[] Words(ConsoleAnswer help) =>
    [
        .. help.Lines.SkipWhile(line => !line.StartsWith("---", StringComparison.Ordinal)).Skip(1)
            .Where(line => !line.Contains("====", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0]),
    ];
}
