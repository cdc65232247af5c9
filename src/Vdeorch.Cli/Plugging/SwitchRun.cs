using System.Text;
using Vdeorch.Cli.Terminals;
using Vdeorch.Engine.Api;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Taps;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Public;
using Vdeorch.Plugs.Taps;

namespace Vdeorch.Cli.Plugging;

/// <summary>
/// A switch, from its directory to the last frame:
/// 1. the file of commands that was asked for is there, the directory is made, the taps are opened;
/// 2. a pid file is written, whoever started a daemon is let go;
/// 3. clients come and go, served on this thread, and it is managed over its console, until a signal, `shutdown` or the end of standard input;
/// 4. everything that was made is taken away again.
/// </summary>
static class SwitchRun
{
    /// <summary>As scripts know it from vde_switch.</summary>
    const int AlreadyRuns = 255;

    public static int Run(SwitchLine line, Session session)
    {
        if (line is { IsDaemon: true, IsDetached: false })
        {
            return Daemon.Start(session);
        }

        try
        {
            Serve(line, session);
        }
        catch (LinuxException refused)
        {
            session.Terminal.Say(RefusalWords.Of(refused));
            return refused is TunUnusableException or { Operation: "TUNSETIFF", Errno: Errnos.NotPermitted } ? ExitCodes.HostCannot : refused.Errno == Errnos.AddressInUse ? AlreadyRuns : ExitCodes.Failed;
        }
        catch (Exception refused) when (refused is PlugException or IOException or UnauthorizedAccessException)
        {
            session.Terminal.Say(refused.Message);
            return ExitCodes.Failed;
        }

        // What was made is gone; whoever waits for us is told how we ended.
        session.Interrupt.DieIfAsked();
        return ExitCodes.Ok;
    }

    static void Serve(SwitchLine line, Session session)
    {
        string? script = Script(line);
        PublicSettings open = line.Settings.Public!;
        SwitchSettings settings = line.Settings with { Public = open with { Directory = Resolve(open.Directory) } };
        using LoneSwitch served = new(settings, port => session.Terminal.Say($"{port.Name}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(port.Fault)}; nothing comes from there any more"), line.Priority);
        foreach (string tap in line.Taps)
        {
            Add(tap, served);
        }

        using PidFile? pidFile = line.PidFile is null ? null : PidFile.WriteNew(line.PidFile, "vdeorch", "vde_switch");
        if (line.IsDetached)
        {
            Daemon.Detach();
        }

        if (script is not null)
        {
            served.Load(script);
        }

        if (line.ReadsInput)
        {
            ManageOverInput(served, session.Terminal);
        }

        using (session.Stopping.Register(served.Stop))
        {
            served.Run();
        }
    }

    static void Add(string tap, LoneSwitch to)
    {
        TapPlug plug = TapPlug.Open(tap);
        try
        {
            to.Add($"@{tap}", plug);
        }
        catch (LinuxException)
        {
            plug.Dispose();
            throw;
        }
    }

    // Asked for, it is said when it cannot be read, while somebody hears it; the usual ones need not be there.
    static string? Script(SwitchLine line)
    {
        if (line.Script is { } asked)
        {
            if (!File.Exists(asked))
            {
                throw new IOException(Directory.Exists(asked) ? $"'{asked}' is a directory, and no file of commands" : $"there is no '{asked}'");
            }

            File.OpenRead(asked).Dispose();
            return asked;
        }

        string? home = Environment.GetEnvironmentVariable("HOME");
        return new[] { $"{home}/.vde2/vde_switch.rc", "/etc/vde2/vde_switch.rc" }.FirstOrDefault(File.Exists);
    }

    // A thread: what standard input is, a file say, may be nothing that can be waited for.
    static void ManageOverInput(LoneSwitch served, Terminal terminal)
    {
        Func<string, bool> console = served.OpenConsole(text =>
        {
            terminal.Out.Write(text);
            terminal.Out.Flush();
        }, prompts: terminal.InIsTerminal);
        Thread reading = new(() =>
        {
            ReadToEnd(console);
            served.Stop();
        })
        {
            IsBackground = true,
            Name = "standard input",
        };
        reading.Start();
    }

    // As with vde_switch, what one read brings is one command.
    static void ReadToEnd(Func<string, bool> console)
    {
        using Stream input = Console.OpenStandardInput();
        byte[] some = new byte[128];
        try
        {
            bool goesOn = true;
            while (input.Read(some) is > 0 and int count)
            {
                goesOn = goesOn && console(Encoding.UTF8.GetString(some, 0, count));
            }
        }
        catch (IOException)
        {
            // It has been closed.
        }
    }

    // As clients name it to the kernel: links in front of the last name are followed.
    static string Resolve(string directory)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        try
        {
            return Path.Combine(UnixFile.RealPath(Path.GetDirectoryName(full) ?? "/"), Path.GetFileName(full));
        }
        catch (LinuxException absent)
        {
            // Nothing can be made below what is not there.
            throw new LinuxException(absent.Errno, "mkdir", full);
        }
    }
}
