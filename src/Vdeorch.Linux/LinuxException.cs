using System.Runtime.InteropServices;

namespace Vdeorch.Linux;

/// <summary>The kernel refused: <c>TUNSETIFF on 'tap0': Operation not permitted (EPERM)</c>.</summary>
/// <param name="detail">What the kernel or a helper program said beyond the number, if anything; it ends the message.</param>
public class LinuxException(int errno, string operation, string subject, string? detail = null)
    : IOException(Text(errno, operation, subject, detail))
{
    public int Errno { get; } = errno;
    public string Operation { get; } = operation;
    public string Subject { get; } = subject;

    /// <summary>Null: nothing beyond the number.</summary>
    public string? Detail { get; } = string.IsNullOrEmpty(detail) ? null : detail;

    /// <summary><c>Operation not permitted (EPERM)</c>.</summary>
    public string ErrnoText => Describe(Errno);

    static string Text(int errno, string operation, string subject, string? detail)
    {
        string text = $"{operation} on '{subject}': {Describe(errno)}";
        return string.IsNullOrEmpty(detail) ? text : $"{text}: {detail}";
    }

    static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} ({Native.Errno.Name(errno)})";
}
