using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Io;

/// <summary>
/// Up to 64 datagrams for one recvmmsg(2) or sendmmsg(2) on a connected socket. For one thread; owns its native memory, not the buffers.
/// </summary>
public sealed unsafe partial class MessageVector : IDisposable
{
    public const int Capacity = 64;

    readonly Message* messages;
    readonly iovec* buffers;

    public MessageVector()
    {
        messages = (Message*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Message));
        buffers = (iovec*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(iovec));
        for (int i = 0; i < Capacity; i++)
        {
            messages[i].Header.msg_iov = &buffers[i];
            messages[i].Header.msg_iovlen = 1;
        }
    }

    ~MessageVector() => Free();

    /// <param name="pinned">Memory that does not move until the call is made: a slab allocated pinned, or native memory.</param>
    public void Set(int index, ReadOnlySpan<byte> pinned)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Capacity);
        // The caller vouches that it is pinned; the kernel is done with it when the call returns.
        buffers[index].iov_base = System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));
        buffers[index].iov_len = (size_t)pinned.Length;
    }

    /// <summary>Bytes of the <paramref name="index"/>-th message of the last <see cref="Receive"/> or <see cref="Send"/>.</summary>
    public int Bytes(int index) => (int)messages[index].Bytes;

    /// <summary>Whether that message was longer than its buffer.</summary>
    public bool IsCut(int index) => (messages[index].Header.msg_flags & MSG_TRUNC) != 0;

    /// <summary>Never waits.</summary>
    /// <returns>Messages received, or EAGAIN when none is waiting.</returns>
    public IoResult Receive(Fd from, int count)
    {
        int done = ReceiveMany(from.Number, messages, (uint)count, MSG_DONTWAIT, null);
        return done >= 0 ? new IoResult(done, 0) : new IoResult(0, Marshal.GetLastPInvokeError());
    }

    /// <summary>Never waits; no signal when the other side is gone.</summary>
    /// <returns>Messages taken, from the <paramref name="first"/> on; the error of that one when none was.</returns>
    public IoResult Send(Fd to, int count, int first = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)first + (uint)count, (uint)Capacity);
        int done = SendMany(to.Number, messages + first, (uint)count, MSG_DONTWAIT | MSG_NOSIGNAL);
        return done >= 0 ? new IoResult(done, 0) : new IoResult(0, Marshal.GetLastPInvokeError());
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    void Free()
    {
        NativeMemory.Free(messages);
        NativeMemory.Free(buffers);
    }

    [LibraryImport("libc.so.6", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(int fd, Message* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc.so.6", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(int fd, Message* messages, uint count, int flags);

    /// <summary>struct mmsghdr, sys/socket.h.</summary>
    struct Message
    {
        public msghdr Header;
#pragma warning disable CS0649 // The kernel assigns it.
        public uint Bytes;
#pragma warning restore CS0649
    }
}
