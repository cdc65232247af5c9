using System.Text;
using Vdeorch.Linux.Io;

namespace Vdeorch.Engine.Supervising;

/// <summary>Files that processes write their output to.</summary>
internal static class LogFile
{
    // What a process wrote before it was last started; one older file is kept.
    const long RotateAtBytes = 8 << 20;
    const int ShownBytes = 1000;

    /// <summary>Opened to append, made with its directory when absent. One past 8 MiB is first moved to <c>NAME.1</c>.</summary>
    public static Fd Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (new FileInfo(path) is { Exists: true, Length: > RotateAtBytes })
        {
            File.Move(path, $"{path}.1", overwrite: true);
        }

        return Descriptors.OpenAppend(path);
    }

    /// <summary>Where what is written next begins, once it was opened as <see cref="Open"/> does.</summary>
    public static long Next(string path) => new FileInfo(path) is { Exists: true, Length: <= RotateAtBytes and var length } ? length : 0;

    /// <summary>The last that was written, for people: 1000 bytes at most, in one line.</summary>
    /// <param name="from">What is before it counts as somebody else's.</param>
    /// <returns>Empty when nothing was, or there is no such file.</returns>
    public static string End(string path, long from, int lines = int.MaxValue)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Position = Math.Max(Math.Min(from, stream.Length), stream.Length - ShownBytes);
            byte[] bytes = new byte[ShownBytes];
            int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return string.Join("; ", Encoding.UTF8.GetString(bytes, 0, count).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(lines));
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }
}
