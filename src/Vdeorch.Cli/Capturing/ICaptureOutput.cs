namespace Vdeorch.Cli.Capturing;

/// <summary>Where captured frames go: a pcapng file, or lines for people.</summary>
interface ICaptureOutput
{
    /// <summary>A port that frames may come from.</summary>
    void Describe(string port);

    /// <param name="time">Nanoseconds since 1970.</param>
    /// <param name="frame">From the destination address on, cut off perhaps.</param>
    /// <param name="length">Bytes it had.</param>
    void Add(string port, bool isOutward, long time, ReadOnlySpan<byte> frame, int length);

    /// <summary>What has been added is there for readers.</summary>
    void Flush();

    /// <param name="dropped">By port: frames that are missing for want of room.</param>
    void Finish(long time, IReadOnlyDictionary<string, long> dropped);
}
