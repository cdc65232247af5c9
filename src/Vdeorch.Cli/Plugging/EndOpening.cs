using Vdeorch.Cli.Terminals;
using Vdeorch.Engine.Api;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Taps;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Cables;
using Vdeorch.Plugs.Streams;

namespace Vdeorch.Cli.Plugging;

/// <summary>Opens the ends of cables, and says what went wrong as the original does.</summary>
static class EndOpening
{
    /// <exception cref="EndException">It cannot be opened.</exception>
    public static IPlug Open(PlugEnd end, string description, Terminal terminal)
    {
        try
        {
            return (end.Uvdel, end.Command) switch
            {
                ({ } text, _) => Locator(text, end, description, terminal),
                (null, []) => StreamPlug.OnStandardStreams(),
                (null, var command) => new CommandPlug(command),
            };
        }
        catch (LinuxException refused)
        {
            throw EndException.Of(end, refused);
        }
        catch (LibraryMissingException missing)
        {
            throw new EndException(end, Errnos.NoEntry, missing.Message);
        }
        catch (PlugException wrong)
        {
            throw new EndException(end, wrong.Errno, wrong.Message);
        }
    }

    static IPlug Locator(string text, PlugEnd end, string description, Terminal terminal)
    {
        Uvdel uvdel = UvdelParser.ParseCompatible(text, new UvdelFiles(), out UvdelProblem? problem) ?? throw new PlugException(problem!.Message);
        PlugOpening opening = new()
        {
            Description = description,
            Mode = end.Mode,
            Group = end.Group,
            Port = end.Port,
            SendBufferBytes = Cable.SendBufferBytes,
            Program = Environment.ProcessPath,
            Warn = terminal.Say,
        };
        return opening.Open(uvdel);
    }
}

/// <summary>In the words of vde_plug, and a second line with what it does not say.</summary>
sealed class EndException(PlugEnd end, int errno, string detail)
    : Exception($"open {end.Subject}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno)}\n{detail}")
{
    public int ExitCode { get; init; } = ExitCodes.Failed;

    public static EndException Of(PlugEnd end, LinuxException refused) =>
        new(end, refused.Errno, RefusalWords.Of(refused)) { ExitCode = refused is TunUnusableException ? ExitCodes.HostCannot : ExitCodes.Failed };
}
