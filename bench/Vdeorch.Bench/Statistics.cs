using System.Globalization;

namespace Vdeorch.Bench;

/// <summary>Several runs of one measurement.</summary>
internal sealed class Sample
{
    readonly List<double> _values = [];

    public void Add(double value) => _values.Add(value);

    public bool IsEmpty => _values.Count == 0;

    public double Median => Quantile(_values, 0.5);

    /// <summary><c>12.3 (11.9–13.0)</c>: median, least, most.</summary>
    public override string ToString() =>
        IsEmpty ? "–" : string.Create(CultureInfo.InvariantCulture, $"{Print(Median)} ({Print(_values.Min())}–{Print(_values.Max())})");

    public static double Quantile(IReadOnlyCollection<double> values, double q)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Clamp((int)Math.Ceiling(q * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public static string Print(double value) => value switch
    {
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}

/// <summary>One scenario's table: a row a contender, a last column that says how vdeorch compares.</summary>
internal sealed class Table(string title, string unit, bool moreIsBetter)
{
    readonly List<(string Name, Sample Sample)> _rows = [];

    public Sample Row(string name)
    {
        Sample sample = new();
        _rows.Add((name, sample));
        return sample;
    }

    /// <param name="ours">The row the others are compared with.</param>
    public void Print(TextWriter to, string ours)
    {
        Sample? mine = _rows.FirstOrDefault(row => row.Name == ours).Sample;
        to.WriteLine($"\n## {title} ({unit}; {(moreIsBetter ? "more" : "less")} is better)\n");
        to.WriteLine("| contender | median (min–max) | vdeorch is |");
        to.WriteLine("|---|---|---|");
        foreach ((string name, Sample sample) in _rows)
        {
            to.WriteLine($"| {name} | {sample} | {(name == ours || mine is null || mine.IsEmpty || sample.IsEmpty ? "" : Ratio(mine.Median, sample.Median))} |");
        }

        to.Flush();
    }

    string Ratio(double mine, double theirs)
    {
        double better = moreIsBetter ? mine / theirs : theirs / mine;
        return string.Create(CultureInfo.InvariantCulture, $"{Sample.Print(better)} × as good");
    }
}
