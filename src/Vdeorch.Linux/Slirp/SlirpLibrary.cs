using System.Runtime.InteropServices;
using Vdeorch.Linux.Native;

namespace Vdeorch.Linux.Slirp;

/// <summary>The functions of libslirp that are used. Loaded when the first stack is made.</summary>
sealed unsafe class SlirpLibrary
{
    static readonly Lazy<SlirpLibrary> s_shared = new(() => new SlirpLibrary());

    public readonly delegate* unmanaged[Cdecl]<SlirpAbi.Config*, SlirpAbi.Callbacks*, nint, nint> New;
    public readonly delegate* unmanaged[Cdecl]<nint, void> Cleanup;
    public readonly delegate* unmanaged[Cdecl]<nint, uint*, delegate* unmanaged[Cdecl]<int, int, nint, int>, nint, void> FillPoll;
    public readonly delegate* unmanaged[Cdecl]<nint, int, delegate* unmanaged[Cdecl]<int, nint, int>, nint, void> Poll;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*, int, void> Input;
    public readonly delegate* unmanaged[Cdecl]<nint, int, uint, int, uint, int, int> AddHostForward;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*, uint*, int, int> AddExec;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*, uint*, int, int> AddUnix;

    SlirpLibrary()
    {
        nint library = SystemLibrary.Load("libslirp0", "libslirp.so.0");
        New = (delegate* unmanaged[Cdecl]<SlirpAbi.Config*, SlirpAbi.Callbacks*, nint, nint>)NativeLibrary.GetExport(library, "slirp_new");
        Cleanup = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "slirp_cleanup");
        FillPoll = (delegate* unmanaged[Cdecl]<nint, uint*, delegate* unmanaged[Cdecl]<int, int, nint, int>, nint, void>)NativeLibrary.GetExport(library, "slirp_pollfds_fill");
        Poll = (delegate* unmanaged[Cdecl]<nint, int, delegate* unmanaged[Cdecl]<int, nint, int>, nint, void>)NativeLibrary.GetExport(library, "slirp_pollfds_poll");
        Input = (delegate* unmanaged[Cdecl]<nint, byte*, int, void>)NativeLibrary.GetExport(library, "slirp_input");
        AddHostForward = (delegate* unmanaged[Cdecl]<nint, int, uint, int, uint, int, int>)NativeLibrary.GetExport(library, "slirp_add_hostfwd");
        AddExec = (delegate* unmanaged[Cdecl]<nint, byte*, uint*, int, int>)NativeLibrary.GetExport(library, "slirp_add_exec");
        AddUnix = (delegate* unmanaged[Cdecl]<nint, byte*, uint*, int, int>)Optional(library, "slirp_add_unix");
    }

    public static SlirpLibrary Shared => s_shared.Value;

    static nint Optional(nint library, string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
}
