using Vdeorch.Linux.Io;

namespace Vdeorch.Engine.Supervising;

/// <summary>Files that processes write their output to.</summary>
internal static class LogFile
{
    // What a process wrote before it was last started; one older file is kept.
    const long RotateAtBytes = 8 << 20;

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
}
