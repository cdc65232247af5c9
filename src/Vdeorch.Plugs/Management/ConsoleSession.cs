using System.Runtime.InteropServices;
using System.Text;

namespace Vdeorch.Plugs.Management;

/// <summary>Somebody who talks to the console of a switch: lines in, replies out, and what he wished to be told of. For the control thread.</summary>
/// <param name="write">Takes what goes out, whole replies each time; never waits.</param>
/// <param name="console">Whose session it is.</param>
/// <param name="prompts">Whether replies end with a prompt.</param>
sealed class ConsoleSession(ManagedSwitch of, SwitchConsole console, Action<string> write, bool prompts)
{
    const string Prompt = "\nvde$ ";

    readonly HashSet<DebugCategory> heard = [];

    /// <summary>Nothing is read from it any more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>How many scripts run within each other.</summary>
    public int Depth { get; private set; }

    public long UptimeSeconds => console.UptimeSeconds;

    public bool Hears(DebugCategory category) => heard.Contains(category);

    public void Greet() => write($"{GeneralMenu.Banner}{Prompt}");

    /// <summary>Has one line run, and answers it.</summary>
    /// <param name="line">What came in one read: one command, whether or not there is a line feed at its end, or in it.</param>
    public void Run(string line)
    {
        string reply = Reply(line.EndsWith('\n') ? line[..^1] : line);
        write(HasEnded ? $"{reply}9999 END OF SESSION" : $"{reply}{(prompts ? Prompt : "")}");
    }

    /// <summary>Has one line run.</summary>
    /// <returns>Its answer, without a prompt; empty for a comment.</returns>
    public string Reply(string line)
    {
        line = line.TrimStart(' ', '\t');
        if (line is [] or ['#', ..])
        {
            return "";
        }
        if (ConsoleMenus.Find(line) is not { } command)
        {
            return Code(Linux.Io.Errnos.NotImplemented);
        }
        StringBuilder output = new();
        Depth++;
        int error = command.Run!(new ConsoleCall(of, this, line[command.Path.Length..].TrimStart(' ', '\t'), output));
        Depth--;
        // What followed from it is told first.
        console.Look();
        return HasEnded ? output.ToString() : command.HasData ? $"0000 DATA END WITH '.'\n{output}.\n{Code(error)}" : $"{output}{Code(error)}";
    }

    public void Hear(DebugCategory category, bool wanted)
    {
        if (wanted ? heard.Add(category) : heard.Remove(category))
        {
            console.FollowWishes();
        }
    }

    /// <summary>Tells everybody at this switch who wishes to know.</summary>
    public void Tell(DebugCategory category, string text) => console.Tell(category, text);

    /// <summary>Tells this one, if he wishes to know.</summary>
    public void Told(DebugCategory category, string text)
    {
        if (!HasEnded && Hears(category))
        {
            write($"3{category.Tag} {category.Path} {text}\n");
        }
    }

    public void End() => HasEnded = true;

    /// <returns>False where the switch is not for its console to end.</returns>
    public bool TryShutDown()
    {
        if (!console.TryShutDown())
        {
            return false;
        }
        End();
        return true;
    }

    static string Code(int error) => error == 0 ? "1000 Success\n" : $"1{error:D3} {Marshal.GetPInvokeErrorMessage(error)}\n";
}
