using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Engine.Entering;

/// <summary>A session at the management console of a switch of a topology, straight from its runtime; no engine is needed.</summary>
public static class ConsoleEntry
{
    /// <returns>Our end of the connection, which does not block; the caller's.</returns>
    /// <exception cref="EntryException">No such topology, or no such switch in it.</exception>
    public static Fd Open(RunDirectory run, string topology, string sw)
    {
        (Fd near, Fd far) = UnixSocket.StreamPair();
        using (far)
        {
            try
            {
                using RuntimeClient runtime = Connect(run, topology);
                if (!runtime.State().Switches.Any(known => known.Name == RuntimeNames.Switch(new ResourceId(Kinds.Switch, sw))))
                {
                    throw new EntryException($"topology '{topology}' has no switch '{sw}'{Others(runtime.State())}");
                }

                runtime.Ask(new RuntimeRequest { OpenConsole = RuntimeNames.Switch(new ResourceId(Kinds.Switch, sw)) }, [far]);
                return near;
            }
            catch (RuntimeRefusedException refused)
            {
                near.Dispose();
                throw new EntryException(refused.Message);
            }
            catch (LinuxException silent) when (silent.Errno is Errno.TryAgain or Errno.TimedOut)
            {
                near.Dispose();
                throw new EntryException(WorldObserver.Look(run, topology).Hung ?? $"the plug runtime of '{topology}' did not answer in time; it does now");
            }
            catch
            {
                near.Dispose();
                throw;
            }
        }
    }

    static RuntimeClient Connect(RunDirectory run, string topology)
    {
        try
        {
            return new RuntimeClient(run.ControlSocket(topology));
        }
        catch (LinuxException lost) when (lost.Errno is Errno.NoEntry or Errno.ConnectionRefused)
        {
            throw new EntryException($"no topology '{topology}' is running; `vdeorch status` lists those that are");
        }
    }

    static string Others(RuntimeState state)
    {
        string[] switches = [.. state.Switches.Select(known => RuntimeNames.Segment(known.Name)).Where(id => id.Kind == Kinds.Switch).Select(id => id.Name)];
        return switches.Length == 0 ? ": it has none" : $"; it has {string.Join(", ", switches)}";
    }
}
