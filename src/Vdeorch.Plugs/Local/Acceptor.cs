using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;

namespace Vdeorch.Plugs.Local;

/// <summary>
/// A listener that is never left readable for want of descriptors, which would wake its thread for ever: one is kept in reserve, to take the
/// connection that is one too many and close it. Owns the listener.
/// </summary>
sealed class Acceptor(Fd listener) : IDisposable
{
    Fd? reserve = Descriptors.OpenNull();

    public Fd Listener => listener;

    /// <returns>Null when none is waiting, or there is no descriptor for it.</returns>
    public Fd? TryAccept()
    {
        Fd? caller = UnixSocket.TryAccept(listener, out int error);
        if (error is Errnos.TooManyInProcess or Errnos.TooManyInSystem)
        {
            Refuse();
        }
        return caller;
    }

    public void Dispose()
    {
        reserve?.Dispose();
        listener.Dispose();
    }

    void Refuse()
    {
        reserve?.Dispose();
        reserve = null;
        UnixSocket.TryAccept(listener, out _)?.Dispose();
        try
        {
            reserve = Descriptors.OpenNull();
        }
        catch (LinuxException)
        {
            // Another thread has been quicker; next time there is one less to give.
        }
    }
}
