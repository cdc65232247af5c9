using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Capturing;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Pcap;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Cli.Capturing;

/// <param name="Frames">How many to end after; null: no end.</param>
/// <param name="Duration">How long; null: no end.</param>
sealed record CaptureLimits(long? Frames, TimeSpan? Duration);

/// <summary>
/// One capture, from its first frame to its last:
/// 1. messages of the runtime are read as they come, and their frames filtered and written; 2. where the runtime goes away, the next one is waited for;
/// 3. once there is enough, or an interrupt, the runtime is asked for the rest and for what it dropped.
/// </summary>
/// <param name="filter">Null: every frame.</param>
/// <param name="what">Said once it has begun.</param>
sealed class CaptureRun(Session session, string topology, string what, CaptureSettings settings, PacketFilter? filter, ICaptureOutput output, OutputFile file, CaptureLimits limits)
{
    /// <summary>How soon an interrupt is noticed, and a reader that has gone from a quiet network.</summary>
    static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(10);

    /// <summary>A runtime that dies at the end says no more.</summary>
    static readonly TimeSpan s_lastPatience = TimeSpan.FromSeconds(5);

    readonly byte[] message = GC.AllocateUninitializedArray<byte>(CaptureMessage.MaxBytes + 1);
    readonly Dictionary<string, long> dropped = new(StringComparer.Ordinal);
    readonly long start = Stopwatch.GetTimestamp();
    long captured;

    bool IsEnough => captured >= limits.Frames || Stopwatch.GetElapsedTime(start) >= limits.Duration;

    public int Run(CancellationToken ct)
    {
        try
        {
            CaptureFeed? feed = Open(isFirst: true, ct);
            output.Flush();
            while (feed is not null && !Follow(feed, ct))
            {
                feed.Dispose();
                feed = Open(isFirst: false, ct);
            }

            feed?.Dispose();
            output.Finish((DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick, dropped);
        }
        catch (LinuxException gone) when (gone is { Operation: "write", Errno: Errnos.BrokenPipe })
        {
            // Whoever read it has seen enough.
        }

        long lost = dropped.Values.Sum();
        session.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{captured} {(captured == 1 ? "frame" : "frames")} captured, {lost} dropped because they were not taken fast enough"));
        return ExitCodes.Ok;
    }

    /// <returns>Null when it is not to be: interrupted, long enough, the topology destroyed.</returns>
    CaptureFeed? Open(bool isFirst, CancellationToken ct)
    {
        if (!isFirst)
        {
            session.Terminal.Say($"the plug runtime of '{topology}' is gone; the capture goes on when it is back");
        }

        while (!ct.IsCancellationRequested && !IsEnough)
        {
            if (CaptureFeed.TryOpen(session.Run, topology, settings) is { } feed)
            {
                session.Terminal.Say(isFirst ? $"capturing {what}" : $"the plug runtime of '{topology}' is back, the capture goes on");
                return feed;
            }

            if (!Directory.Exists(session.Run.TopologyDirectory(topology)))
            {
                session.Terminal.Say($"the topology '{topology}' is gone");
                return null;
            }

            if (file.IsBroken)
            {
                return null;
            }

            ct.WaitHandle.WaitOne(s_lookEvery);
        }

        return null;
    }

    /// <returns>False when the runtime has gone before it was asked for the end.</returns>
    bool Follow(CaptureFeed feed, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested && !IsEnough && !file.IsBroken)
        {
            TimeSpan left = limits.Duration - Stopwatch.GetElapsedTime(start) ?? s_tick;
            if (Descriptors.Wait(feed.Readiness, Interest.Readable, left < s_tick ? left : s_tick) && !TakeWaiting(feed))
            {
                return false;
            }
        }

        feed.Finish();
        long asked = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(asked) < s_lastPatience)
        {
            if (Descriptors.Wait(feed.Readiness, Interest.Readable, s_tick) && !TakeWaiting(feed))
            {
                break;
            }
        }

        return true;
    }

    /// <returns>False at the end of all messages.</returns>
    bool TakeWaiting(CaptureFeed feed)
    {
        while (true)
        {
            IoResult read = feed.TryRead(message);
            if (read is { IsOk: true, Count: > 0 })
            {
                Take(message.AsSpan(0, read.Count));
                continue;
            }

            output.Flush();
            return read.Errno == Errnos.Again;
        }
    }

    void Take(ReadOnlySpan<byte> bytes)
    {
        CaptureReader reader = new(bytes);
        string port = reader.PortName;
        if (reader.Dropped > 0)
        {
            output.Describe(port);
            dropped[port] = dropped.GetValueOrDefault(port) + reader.Dropped;
        }

        while (!(captured >= limits.Frames) && reader.TryNext(out ReadOnlySpan<byte> frame, out int length))
        {
            if (filter is null || filter.Matches(frame, length))
            {
                output.Add(port, reader.IsOutward, reader.Time, frame, length);
                captured++;
            }
        }
    }
}
