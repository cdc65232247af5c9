using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Processes;

/// <summary>Maps the ids of a child in a new user namespace while the thread that cloned it sleeps.</summary>
/// <remarks>
/// 1. The child writes a byte to one pipe. 2. A thread of ours maps. 3. It answers on the other pipe: <see cref="Mapped"/>, or anything else and the child ends.
/// </remarks>
internal sealed unsafe class IdMapping : IDisposable
{
    public const byte Mapped = 1;

    readonly Fd _childReady;
    readonly Fd _childSays;
    readonly Fd _childHears;
    readonly Fd _answer;
    readonly Thread _thread;
    Exception? _failure;

    public IdMapping(PreparedSpawn prepared, Action<int> map)
    {
        (_childReady, _childSays) = Syscalls.Pipe();
        (_childHears, _answer) = Syscalls.Pipe();
        ChildOrders* orders = prepared.Orders;
        orders->ReadyFd = _childSays.Number;
        orders->MappedFd = _childHears.Number;
        orders->MakesMountsSlave = true;
        _thread = new Thread(() => Answer(&orders->Pid, map)) { IsBackground = true, Name = "id mapping" };
        _thread.Start();
    }

    /// <summary>To be called once clone has returned, whatever it gave.</summary>
    /// <returns>Why the ids could not be mapped, or null.</returns>
    public Exception? Finish()
    {
        _childSays.Dispose(); // with no child there is no byte: the thread then reads the end of the file
        _thread.Join();
        return _failure;
    }

    public void Dispose()
    {
        _childReady.Dispose();
        _childSays.Dispose();
        _childHears.Dispose();
        _answer.Dispose();
    }

    void Answer(int* pid, Action<int> map)
    {
        byte word = 0;
        if (Syscalls.ReadFully(_childReady.Number, new Span<byte>(ref word)) != 1)
        {
            return;
        }

        try
        {
            map(Volatile.Read(ref *pid));
            word = Mapped;
        }
        catch (IOException failure)
        {
            _failure = failure;
            word = 0;
        }

        write(_answer.Number, &word, 1);
    }
}
