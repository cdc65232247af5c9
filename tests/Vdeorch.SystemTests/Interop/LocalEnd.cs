using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>A plug whose other side is the test: frames go in and out as on the standard input and output of vde_plug, each behind its length.</summary>
sealed class LocalEnd : IAsyncDisposable
{
    const byte Greeting = 0xb6;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    readonly Process _process;
    readonly ConcurrentDictionary<int, bool> _greetings = new();
    readonly Channel<byte[]> _frames = Channel.CreateUnbounded<byte[]>();
    readonly Task _reading;
    readonly Task<string> _errors;

    public LocalEnd(IReadOnlyList<string> command, IReadOnlyDictionary<string, string?>? environment = null)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach ((string key, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[key] = value;
        }
        _process = Process.Start(start)!;
        _reading = ReadAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public int Pid => _process.Id;

    public Task<string> Errors => _errors;

    /// <summary>Bytes as they are.</summary>
    public async Task WriteAsync(byte[] bytes)
    {
        await _process.StandardInput.BaseStream.WriteAsync(bytes);
        await _process.StandardInput.BaseStream.FlushAsync();
    }

    public Task SendAsync(params byte[][] frames) => WriteAsync([.. frames.SelectMany(Framed)]);

    public static byte[] Framed(byte[] frame)
    {
        byte[] framed = new byte[frame.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)frame.Length);
        frame.CopyTo(framed, 2);
        return framed;
    }

    /// <summary>The next frame; fails when none comes.</summary>
    public async Task<byte[]> NextAsync()
    {
        try
        {
            return await _frames.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"no frame came to process {Pid}");
        }
        catch (ChannelClosedException)
        {
            throw new InvalidOperationException($"process {Pid} ended: {await _errors}");
        }
    }

    /// <summary>Sends greetings until one arrives: whoever has just plugged in may not be heard yet. Greetings are no frames to the other methods.</summary>
    public async Task ReachesAsync(LocalEnd other, TimeSpan? patience = null)
    {
        byte[] greeting = LocalFrames.Make();
        greeting[13] = Greeting;
        long deadline = Environment.TickCount64 + (long)(patience ?? s_patience).TotalMilliseconds;
        while (!other._greetings.ContainsKey(LocalFrames.Number(greeting)))
        {
            Assert.True(Environment.TickCount64 < deadline, $"process {Pid} never reaches process {other.Pid}");
            await SendAsync(greeting);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Everything that has come until that frame, it left out.</summary>
    public async Task<List<byte[]>> UntilAsync(byte[] frame)
    {
        List<byte[]> frames = [];
        while (await NextAsync() is var next && !next.AsSpan().SequenceEqual(frame))
        {
            frames.Add(next);
        }
        return frames;
    }

    public async Task<int> EndAsync(TimeSpan patience)
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(patience);
        return _process.ExitCode;
    }

    /// <summary>Ends its input, and so the program.</summary>
    public void Close()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended by itself.
        }
    }

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        await _reading;
        _process.Dispose();
    }

    async Task ReadAsync()
    {
        Stream from = _process.StandardOutput.BaseStream;
        byte[] length = new byte[2];
        try
        {
            while (true)
            {
                await from.ReadExactlyAsync(length);
                byte[] frame = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await from.ReadExactlyAsync(frame);
                if (frame.Length >= 18 && frame[13] == Greeting)
                {
                    _greetings[LocalFrames.Number(frame)] = true;
                    continue;
                }
                _frames.Writer.TryWrite(frame);
            }
        }
        catch (IOException)
        {
            _frames.Writer.Complete();
        }
    }
}

/// <summary>Ethernet frames to be told apart.</summary>
static class LocalFrames
{
    static int s_number;

    public static readonly byte[] Everybody = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

    /// <summary>A frame like no other.</summary>
    public static byte[] Make(int bytes = 60, byte[]? to = null, byte[]? from = null)
    {
        byte[] frame = new byte[bytes];
        (to ?? Everybody).CopyTo(frame, 0);
        (from ?? [2, 0, 0, 0, 0, 1]).CopyTo(frame, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x88b5);
        if (bytes >= 18)
        {
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(14), Interlocked.Increment(ref s_number));
        }
        return frame;
    }

    public static int Number(byte[] frame) => BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(14));

    public static byte[] Address(byte last) => [2, 0, 0, 0, 0xaa, last];
}
