using System.Runtime.InteropServices;

namespace Vdeorch.Linux;

/// <summary>The kernel refused: <c>TUNSETIFF on 'vde0': Operation not permitted (EPERM)</c>.</summary>
public sealed class LinuxException(int errno, string operation, string subject)
    : IOException($"{operation} on '{subject}': {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})")
{
    public int Errno { get; } = errno;
    public string Operation { get; } = operation;
    public string Subject { get; } = subject;
}
