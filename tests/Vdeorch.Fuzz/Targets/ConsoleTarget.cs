using System.Text;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Management;
using Vdeorch.Plugs.Runtime;

namespace Vdeorch.Fuzz.Targets;

/// <summary>What somebody at the management console of a switch may type, one read after the other: an input is cut at zeros.</summary>
sealed class ConsoleTarget : ITarget, IDisposable
{
    const string Name = "sw";

    /// <summary>More ports, or VLANs, make each command slower and reach nothing new.</summary>
    const int Most = 64;

    /// <summary>Of one input; a thousand are a thousand times as slow, and reach nothing new.</summary>
    const int MostCommands = 6;

    readonly DataPlane plane = new(1, _ => { });
    readonly StringBuilder said = new();
    ConsoleSession session;
    SwitchConsole console;

    public ConsoleTarget()
    {
        (console, session) = Begin();
    }

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. ConsoleMenus.All.Where(command => command.Run is not null && command.Path != "load").Select(command => Encoding.UTF8.GetBytes(command.Path)),
        "port/create 3\0vlan/create 10\0port/setvlan 3 10\0vlan/addport 0 3\0vlan/allprint\0port/allprint"u8.ToArray(),
        "port/setuser 1 0\0port/setgroup 1 ANY\0port/allocatable 1 1\0port/resetcounter 1\0port/epclose 1 7\0port/remove 1"u8.ToArray(),
        "fstp/setfstp 1\0fstp/setedge 0 3 1\0fstp/bonus 0 3 100\0fstp/print 0\0vlan/print 0x10\0fstp/setfstp 0"u8.ToArray(),
        "hash/find 02:00:00:00:00:01 010\0hash/setsize 200\0hash/setexpire 3\0hash/setminper 0\0hash/print\0debug/add\0debug/del hash\0debug/list"u8.ToArray(),
        "# a comment\0\n\0  help port\n\0load /nowhere\0logout\0showinfo"u8.ToArray(),
    ];

    public IReadOnlyList<byte[]> Tokens { get; } =
        [[0], " "u8.ToArray(), "0"u8.ToArray(), "1"u8.ToArray(), "-1"u8.ToArray(), "0x7fffffff"u8.ToArray(), "4095"u8.ToArray(), "99999999999"u8.ToArray(), .. ConsoleMenus.All.Select(command => Encoding.UTF8.GetBytes($"{command.Path} "))];

    public void Run(ReadOnlySpan<byte> input)
    {
        foreach (string command in Encoding.UTF8.GetString(input).Split('\0').Take(MostCommands))
        {
            // Files are the host's, and not what is to be found out about here.
            if (command.TrimStart(' ', '\t').StartsWith("load", StringComparison.Ordinal))
            {
                continue;
            }

            said.Clear();
            session.Run(command);
            BrokenPromiseException.Unless(session.HasEnded ? said.ToString().EndsWith("9999 END OF SESSION", StringComparison.Ordinal) : said.ToString().EndsWith("\nvde$ ", StringComparison.Ordinal), "a reply ends as replies do");
            SwitchSettings settings = plane.Find(Name)!;
            if (session.HasEnded || settings.Numbered.Length > Most || settings.Ports > Most || settings.Vlans?.Ranges().Length > Most)
            {
                _ = RuntimeCodec.ReadRequest(RuntimeCodec.Write(new RuntimeRequest { SetSwitch = settings }), out string wrong);
                BrokenPromiseException.Unless(wrong.Length == 0, "what a console has made of a switch can be told to another runtime");
                console.Dispose();
                (console, session) = Begin();
            }
        }
    }

    public void Dispose()
    {
        console.Dispose();
        plane.Dispose();
    }

    (SwitchConsole, ConsoleSession) Begin()
    {
        _ = plane.SetSwitch(new SwitchSettings(Name, Most, 100_000, Hub: false) { Vlans = VlanSet.Empty, Mac = "00:ff:00:00:00:01" });
        SwitchConsole next = new(new ManagedSwitch(Name, plane, () => null, plane.SetSwitch, () => null), () => false);
        return (next, next.Open(text => said.Append(text), prompts: true));
    }
}
