using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using SharpFuzz;
using SharpFuzz.Common;

namespace Vdeorch.Fuzz;

/// <summary>
/// Runs a campaign on copies of our assemblies that SharpFuzz has instrumented: each branch counts in a map of 64 KiB, as AFL has it. The copies, and this
/// assembly a second time beside them, live in a load context of their own, so that nothing but this process is needed.
/// </summary>
static unsafe class Instrumented
{
    public const int MapBytes = 64 * 1024;

    static readonly string[] s_fuzzed = ["Vdeorch.Model", "Vdeorch.Plugs"];

    public static int Run(string target, long inputs, int seed)
    {
        string folder = Directory.CreateTempSubdirectory("vdeorch-fuzz-").FullName;
        try
        {
            foreach (string name in s_fuzzed)
            {
                string copy = Path.Combine(folder, $"{name}.dll");
                File.Copy(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), copy);
                Fuzzer.Instrument(copy, _ => true, Options.Value);
            }

            File.Copy(typeof(Instrumented).Assembly.Location, Path.Combine(folder, "Vdeorch.Fuzz.dll"));
            Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(MapBytes);
            Assembly again = new Copies(folder).LoadFromAssemblyName(new AssemblyName("Vdeorch.Fuzz"));
            MethodInfo run = again.GetType(typeof(Campaign).FullName!)!.GetMethod(nameof(Campaign.Run), BindingFlags.Static | BindingFlags.Public)!;
            return (int)run.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [target, inputs, seed], null)!;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static Span<byte> Map => new(Trace.SharedMem, MapBytes);

    sealed class Copies(string folder) : AssemblyLoadContext("instrumented")
    {
        protected override Assembly? Load(AssemblyName name) =>
            Path.Combine(folder, $"{name.Name}.dll") is var path && File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
