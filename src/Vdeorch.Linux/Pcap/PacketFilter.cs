using System.Runtime.InteropServices;
using Vdeorch.Linux.Native;

namespace Vdeorch.Linux.Pcap;

/// <summary>An expression of pcap-filter(7), compiled for Ethernet frames. For one thread.</summary>
/// <remarks>pcap_compile(3PCAP), pcap_offline_filter(3PCAP). The library is loaded when the first one is compiled.</remarks>
public sealed unsafe class PacketFilter : IDisposable
{
    const int EthernetLink = 1; // DLT_EN10MB
    const uint UnknownNetmask = 0xffffffff; // PCAP_NETMASK_UNKNOWN

    static readonly Lazy<Library> s_library = new(() => new Library());

    readonly Library library = s_library.Value;

    // Native memory of ours, which holds still for the library; freed with this object.
    readonly Program* program;

    PacketFilter(Program* program) => this.program = program;

    /// <param name="error">What the library says of an expression that it does not understand; empty else.</param>
    /// <returns>Null with an error.</returns>
    /// <exception cref="LibraryMissingException">No libpcap.</exception>
    public static PacketFilter? TryCompile(string expression, int maxFrameBytes, out string error)
    {
        Library library = s_library.Value;
        void* handle = library.OpenDead(EthernetLink, maxFrameBytes);
        Program* program = (Program*)NativeMemory.AllocZeroed((nuint)sizeof(Program));
        try
        {
            fixed (byte* text = Syscalls.Path(expression))
            {
                if (library.Compile(handle, program, text, 1, UnknownNetmask) == 0)
                {
                    error = "";
                    return new PacketFilter(program);
                }
            }
            error = Marshal.PtrToStringUTF8((nint)library.GetError(handle)) ?? "it is not understood";
            NativeMemory.Free(program);
            return null;
        }
        finally
        {
            library.Close(handle);
        }
    }

    /// <param name="length">Bytes the frame had, of which <paramref name="frame"/> may be the first.</param>
    public bool Matches(ReadOnlySpan<byte> frame, int length)
    {
        PacketCapture.PacketHeader header = new() { Captured = (uint)frame.Length, Length = (uint)length };
        // Pinned for the call alone.
        fixed (byte* bytes = frame)
        {
            return library.Run(program, &header, bytes) != 0;
        }
    }

    public void Dispose()
    {
        library.FreeCode(program);
        NativeMemory.Free(program);
    }

    /// <summary>struct bpf_program, pcap/bpf.h.</summary>
    internal struct Program
    {
        public uint Length;
        public void* Instructions;
    }

    sealed class Library
    {
        public readonly delegate* unmanaged[Cdecl]<int, int, void*> OpenDead;
        public readonly delegate* unmanaged[Cdecl]<void*, Program*, byte*, int, uint, int> Compile;
        public readonly delegate* unmanaged[Cdecl]<Program*, PacketCapture.PacketHeader*, byte*, int> Run;
        public readonly delegate* unmanaged[Cdecl]<Program*, void> FreeCode;
        public readonly delegate* unmanaged[Cdecl]<void*, byte*> GetError;
        public readonly delegate* unmanaged[Cdecl]<void*, void> Close;

        public Library()
        {
            nint library = SystemLibrary.Load("libpcap0.8", "libpcap.so.0.8", "libpcap.so.1");
            OpenDead = (delegate* unmanaged[Cdecl]<int, int, void*>)NativeLibrary.GetExport(library, "pcap_open_dead");
            Compile = (delegate* unmanaged[Cdecl]<void*, Program*, byte*, int, uint, int>)NativeLibrary.GetExport(library, "pcap_compile");
            Run = (delegate* unmanaged[Cdecl]<Program*, PacketCapture.PacketHeader*, byte*, int>)NativeLibrary.GetExport(library, "pcap_offline_filter");
            FreeCode = (delegate* unmanaged[Cdecl]<Program*, void>)NativeLibrary.GetExport(library, "pcap_freecode");
            GetError = (delegate* unmanaged[Cdecl]<void*, byte*>)NativeLibrary.GetExport(library, "pcap_geterr");
            Close = (delegate* unmanaged[Cdecl]<void*, void>)NativeLibrary.GetExport(library, "pcap_close");
        }
    }
}
