using Microsoft.Win32.SafeHandles;

namespace Vdeorch.Linux.Io;

/// <summary>Owns one file descriptor, CLOEXEC from birth. Disposing closes it.</summary>
public sealed class Fd : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes ownership of <paramref name="number"/>.</summary>
    public Fd(int number)
        : base(ownsHandle: true) => SetHandle(number);

    /// <summary>For syscalls made while the caller holds this object; not to be stored.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => Tmds.Linux.LibC.close((int)handle) == 0;
}
