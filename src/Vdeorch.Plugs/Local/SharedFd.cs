using System.Diagnostics;
using Vdeorch.Linux.Io;

namespace Vdeorch.Plugs.Local;

/// <summary>
/// A descriptor that one thread gives up while others may be using it: it is closed by the last of them, so that its number is never somebody
/// else's meanwhile. No lock, no exception, no allocation.
/// </summary>
sealed class SharedFd(Fd owned)
{
    // One of the owner, one of each thread inside; at 0 it is closed, for good.
    int holders = 1;

    public Fd Fd => owned;

    /// <returns>False once it is closed. Else <see cref="Leave"/> follows.</returns>
    public bool TryEnter()
    {
        int seen = Volatile.Read(ref holders);
        while (seen > 0)
        {
            int before = Interlocked.CompareExchange(ref holders, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }
            seen = before;
        }
        return false;
    }

    public void Leave()
    {
        int left = Interlocked.Decrement(ref holders);
        Debug.Assert(left >= 0);
        if (left == 0)
        {
            owned.Dispose();
        }
    }

    /// <summary>The owner's last act, once.</summary>
    public void GiveUp() => Leave();
}
