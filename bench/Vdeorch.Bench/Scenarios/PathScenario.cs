using Vdeorch.Bench.Paths;

namespace Vdeorch.Bench.Scenarios;

/// <summary>Measures every path in turn, then all of them again: a slow minute of the machine hits all alike.</summary>
internal abstract class PathScenario(PathSet paths) : IScenario
{
    public abstract string Name { get; }

    public abstract string Question { get; }

    protected abstract string Unit { get; }

    protected abstract bool MoreIsBetter { get; }

    /// <returns>Figures by the name of what they measure.</returns>
    protected abstract IEnumerable<(string What, double Value)> Measure(INetworkPath path, BenchOptions options);

    public void Run(BenchOptions options, TextWriter to)
    {
        SortedDictionary<string, Table> tables = [];
        Dictionary<(string What, string Path), Sample> samples = [];
        for (int run = 0; run < options.Runs; run++)
        {
            foreach (INetworkPath path in Paths(options, to, isFirst: run == 0))
            {
                using (path)
                {
                    path.Up();
                    foreach ((string what, double value) in Measure(path, options))
                    {
                        Table table = tables.TryGetValue(what, out Table? known) ? known : tables[what] = new Table($"{Question}{paths.Over}: {what}", Unit, MoreIsBetter);
                        (samples.TryGetValue((what, path.Name), out Sample? sample) ? sample : samples[(what, path.Name)] = table.Row(path.Name)).Add(value);
                    }
                }
            }
        }

        foreach (Table table in tables.Values)
        {
            table.Print(to, paths.Ours);
        }
    }

    IEnumerable<INetworkPath> Paths(BenchOptions options, TextWriter to, bool isFirst)
    {
        foreach (INetworkPath path in paths.Make(options))
        {
            string[] missing = [.. path.Needs.Where(program => !Shell.Has(program))];
            if (missing.Length == 0)
            {
                yield return path;
            }
            else if (isFirst)
            {
                to.WriteLine($"(left out: {path.Name}, for want of {string.Join(", ", missing)})");
            }
        }
    }
}
