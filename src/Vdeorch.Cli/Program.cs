using Vdeorch.Cli;
using Vdeorch.Cli.Plugging;
using Vdeorch.Cli.Terminals;
using Vdeorch.Engine.Leasing;
using Vdeorch.Linux.Io;
using Vdeorch.Plugs.Foreign;
using Vdeorch.Plugs.Runtime;

// The two that must not pay for the command line framework: scripts ask for the version, and the engine waits for the data plane.
if (args is ["--version"])
{
    using Stream stdout = StandardStream.Output();
    stdout.Write([.. Release.Utf8, (byte)'\n']);
    return 0;
}

if (args is ["runtime", string topology, .. { Length: <= 1 } opens])
{
    using Fd control = new(3);
    using Fd state = new(4);
    return RuntimeHost.Run(topology, opens is ["locators"], control, state);
}

if (LeaseHand.IsMeant(args))
{
    return LeaseHand.Run(args[0]);
}

if (args is [ForeignHost.Word, .. var foreign])
{
    return ForeignHost.Run(foreign);
}

if (args is [NetworkInside.Word, .. var inside])
{
    return NetworkInside.Run(inside);
}

Session session = new(Terminal.OfProcess(), Interrupt.Listen(), args);
try
{
    return await CommandLine.RunAsync(session);
}
catch (Exception e)
{
    return Failure.Report(e, session);
}
finally
{
    session.Terminal.Flush();
}
