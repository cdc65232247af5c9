using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Native;

/// <summary>The numbers of the calls made raw, by the spawner's child or because the C library has no function for them.</summary>
/// <remarks>asm/unistd_64.h (x64), asm-generic/unistd.h (arm64); a test compares them with the machine's own header.</remarks>
internal static class SyscallNumbers
{
    static readonly bool s_isX64 = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => true,
        Architecture.Arm64 => false,
        Architecture other => throw new PlatformNotSupportedException($"vdeorch knows the system calls of x64 and arm64, not of {other}"),
    };

    public static readonly int Read = s_isX64 ? 0 : 63;
    public static readonly int Write = s_isX64 ? 1 : 64;
    public static readonly int GetPid = s_isX64 ? 39 : 172;
    public static readonly int SigAction = s_isX64 ? 13 : 134;
    public static readonly int SigProcMask = s_isX64 ? 14 : 135;
    public static readonly int Fcntl = s_isX64 ? 72 : 25;
    public static readonly int Dup3 = s_isX64 ? 292 : 24;
    public static readonly int CloseRange = 436;
    public static readonly int FileAccessAt2 = 439;
    public static readonly int MountSetAttr = 442;
    public static readonly int LandlockCreateRuleset = 444;
    public static readonly int LandlockRestrictSelf = 446;
    public static readonly int ChangeDirectory = s_isX64 ? 80 : 49;
    public static readonly int Mount = s_isX64 ? 165 : 40;
    public static readonly int Unshare = s_isX64 ? 272 : 97;
    public static readonly int SetNs = s_isX64 ? 308 : 268;
    public static readonly int SetSid = s_isX64 ? 112 : 157;
    public static readonly int SetGroups = s_isX64 ? 116 : 159;
    public static readonly int SetResUid = s_isX64 ? 117 : 147;
    public static readonly int SetResGid = s_isX64 ? 119 : 149;
    public static readonly int CapGet = s_isX64 ? 125 : 90;
    public static readonly int CapSet = s_isX64 ? 126 : 91;
    public static readonly int Prctl = s_isX64 ? 157 : 167;
    public static readonly int SetHostName = s_isX64 ? 170 : 161;
    public static readonly int ExecVe = s_isX64 ? 59 : 221;
    public static readonly int ExitGroup = s_isX64 ? 231 : 94;
    public static readonly int GetDents64 = s_isX64 ? 217 : 61;
    public static readonly int Statx = s_isX64 ? 332 : 291;
    public static readonly int WaitId = s_isX64 ? 247 : 95;
    public static readonly int PidFdSendSignal = 424;
    public static readonly int PidFdOpen = 434;
}
