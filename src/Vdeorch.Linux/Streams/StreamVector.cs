using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Streams;

/// <summary>Where the parts of one writev(2) lie. For one thread at a time; owns its native memory, not the parts.</summary>
public sealed unsafe class StreamVector : IDisposable
{
    public const int Capacity = 128;

    public StreamVector() => Parts = (StreamPart*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(StreamPart));

    ~StreamVector() => NativeMemory.Free(Parts);

    internal StreamPart* Parts { get; }

    /// <param name="pinned">Memory that does not move until the call is made: a slab allocated pinned, or native memory.</param>
    public void Set(int index, ReadOnlySpan<byte> pinned)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Capacity);
        // The caller vouches that it is pinned; the kernel is done with it when the call returns.
        Parts[index].Start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));
        Parts[index].Length = (nuint)pinned.Length;
    }

    public void Dispose()
    {
        NativeMemory.Free(Parts);
        GC.SuppressFinalize(this);
    }
}

/// <summary>struct iovec, sys/uio.h.</summary>
internal unsafe struct StreamPart
{
    public byte* Start;
    public nuint Length;
}
