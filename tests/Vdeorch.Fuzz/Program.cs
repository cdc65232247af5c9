using System.Globalization;
using Vdeorch.Fuzz;

// dotnet run --project tests/Vdeorch.Fuzz -c Release -- TARGET [--inputs N] [--seed N]
string? target = args.FirstOrDefault();
if (target is null || args.Length % 2 == 0)
{
    Console.Error.WriteLine("usage: TARGET [--inputs N] [--seed N], with TARGET uvdel, frames, vde-control, stream or console");
    return 64;
}

long Option(string name, long fallback) => Array.IndexOf(args, name) is > 0 and int at ? long.Parse(args[at + 1], CultureInfo.InvariantCulture) : fallback;
return Instrumented.Run(target, Option("--inputs", 1_000_000), (int)Option("--seed", 1));
