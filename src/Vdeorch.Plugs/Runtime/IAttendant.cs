using Vdeorch.Linux.Io;

namespace Vdeorch.Plugs.Runtime;

/// <summary>Somebody whom the control thread calls when there is something for him to do: clients that wait, a time that has come.</summary>
public interface IAttendant
{
    /// <summary>Readable while there is. An epoll set of many, or a timer.</summary>
    Fd Readiness { get; }

    /// <summary>On the control thread. Never blocks.</summary>
    void Serve();
}
