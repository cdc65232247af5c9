using System.Runtime.InteropServices;

namespace Vdeorch.Linux;

/// <summary>The kernel refused: <c>TUNSETIFF on 'tap0': Operation not permitted (EPERM)</c>.</summary>
/// <param name="detail">What the kernel or a helper program said beyond the number, if anything; it ends the message.</param>
public sealed class LinuxException(int errno, string operation, string subject, string? detail = null)
    : IOException(Text(errno, operation, subject, detail))
{
    public int Errno { get; } = errno;
    public string Operation { get; } = operation;
    public string Subject { get; } = subject;

    static string Text(int errno, string operation, string subject, string? detail)
    {
        string text = $"{operation} on '{subject}': {Marshal.GetPInvokeErrorMessage(errno)} ({Native.Errno.Name(errno)})";
        return string.IsNullOrEmpty(detail) ? text : $"{text}: {detail}";
    }
}
