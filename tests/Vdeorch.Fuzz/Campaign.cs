using System.Diagnostics;
using System.Globalization;
using Vdeorch.Fuzz.Targets;

namespace Vdeorch.Fuzz;

/// <summary>
/// One input after the other, on one thread: take one of the corpus, change it, run it; what reaches a branch, or a number of times, that nothing before
/// reached joins the corpus. What throws is a crash, and each place that throws is told of once, with the input.
/// </summary>
static class Campaign
{
    const int MaxInputBytes = 4 * 1024;

    public static int Run(string name, long inputs, int seed)
    {
        ITarget? target = name switch
        {
            "uvdel" => new UvdelTarget(),
            "frames" => new FramesTarget(),
            "vde-control" => new VdeControlTarget(),
            "stream" => new StreamTarget(),
            "console" => new ConsoleTarget(),
            _ => null,
        };
        if (target is null)
        {
            Console.Error.WriteLine($"there is no target '{name}'; known: uvdel, frames, vde-control, stream, console");
            return 64;
        }

        List<byte[]> corpus = [.. target.Seeds];
        int seeds = corpus.Count;
        Dictionary<string, byte[]> crashes = [];
        long crashed = 0;
        Coverage coverage = new();
        Mutator mutator = new(new Random(seed), target.Tokens, MaxInputBytes);

        // What is allocated once and for all is before what is counted.
        foreach (byte[] one in target.Seeds)
        {
            Try(target, one, crashes);
        }

        target.ResetCounters();
        long heapBefore = GC.GetTotalMemory(forceFullCollection: true);
        long slowest = 0;
        Stopwatch clock = Stopwatch.StartNew();
        for (long i = 0; i < inputs; i++)
        {
            ReadOnlySpan<byte> input = i < seeds ? corpus[(int)i] : mutator.Mutate(corpus);
            Instrumented.Map.Clear();
            SharpFuzz.Common.Trace.PrevLocation = 0;
            long began = Stopwatch.GetTimestamp();
            crashed += Try(target, input, crashes) ? 0 : 1;
            slowest = Math.Max(slowest, Stopwatch.GetTimestamp() - began);
            if (coverage.Add(Instrumented.Map) && i >= seeds)
            {
                corpus.Add(input.ToArray());
            }
        }

        TimeSpan elapsed = clock.Elapsed;
        long heapAfter = GC.GetTotalMemory(forceFullCollection: true);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"target           {name}, seed {seed}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"inputs           {inputs:N0} in {elapsed.TotalSeconds:0.0} s ({inputs / elapsed.TotalSeconds:N0}/s), slowest {slowest * 1000.0 / Stopwatch.Frequency:0.0} ms"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"corpus           {corpus.Count} ({seeds} seeds), {corpus.Sum(one => (long)one.Length) / 1024} KiB"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"coverage         {coverage.Edges} edges of the map's {Instrumented.MapBytes}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"heap             {(heapAfter - heapBefore) / 1024:+#;-#;0} KiB, the corpus included"));
        if (target.Frames > 0)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"frames           {target.Frames:N0}, {target.AllocatedBytes} bytes allocated, {(double)target.AllocatedBytes / target.Frames:0.######} a frame"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"crashes          {crashed} at {crashes.Count} places"));
        foreach ((string place, byte[] input) in crashes)
        {
            Console.WriteLine($"  {place}\n    {Convert.ToHexString(input)}");
        }

        return crashes.Count == 0 ? 0 : 1;
    }

    static bool Try(ITarget target, ReadOnlySpan<byte> input, Dictionary<string, byte[]> crashes)
    {
        try
        {
            target.Run(input);
            return true;
        }
#pragma warning disable CA1031 // Any exception at all is what is looked for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            string place = $"{e.GetType().Name}: {e.Message.Split('\n')[0]}{e.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("Vdeorch", StringComparison.Ordinal))}";
            crashes.TryAdd(place.Length > 300 ? place[..300] : place, input.ToArray());
            return false;
        }
    }
}
