using System.Globalization;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>Impairments as plans show them and as topology files have them: the keys that say something, in the order in which they count.</summary>
public static class ImpairmentText
{
    /// <returns>In one line; "none" for one that does nothing.</returns>
    public static string Print(Impairment impairment)
    {
        string text = string.Join(", ", Keys(impairment).Select(key => $"{key.Key} {key.Value.Trim('{', '}', ' ')}"));
        return text.Length > 0 ? text : "none";
    }

    /// <returns>The value of <c>impair</c>, on one line.</returns>
    public static string PrintYaml(LinkImpairment link) =>
        link.Forward == link.Backward ? Yaml(link.Forward) : $"{{ \"->\": {Yaml(link.Forward)}, \"<-\": {Yaml(link.Backward)} }}";

    static string Yaml(Impairment impairment) => $"{{ {string.Join(", ", Keys(impairment).Select(key => $"{key.Key}: {key.Value}"))} }}";

    static List<(string Key, string Value)> Keys(Impairment said)
    {
        List<(string Key, string Value)> keys = [];
        Add(said.Down, "down", "true");
        Add(said.FlapUp > 0, "flap", $"{{ up: {Ms(said.FlapUp)}, down: {Ms(said.FlapDown)} }}");
        Add(said.Mtu > 0, "mtu", Number(said.Mtu));
        Add(said.Loss > 0, "loss", Shares.Print(said.Loss));
        Add(said.Burst > 0, "burst", Number(said.Burst));
        Add(said.Duplicate > 0, "duplicate", Shares.Print(said.Duplicate));
        Add(said.Rate > 0, "rate", Rates.Print(said.Rate));
        Add(said.Queue != Impairment.DefaultQueue, "queue", Number(said.Queue));
        Add(said.Delay > 0, "delay", Us(said.Delay));
        Add(said.Jitter > 0, "jitter", Us(said.Jitter));
        Add(said.IsNormal, "distribution", "normal");
        Add(said.Reorder > 0, "reorder", Shares.Print(said.Reorder));
        Add(said.Corrupt > 0, "corrupt", Shares.Print(said.Corrupt));
        return keys;

        void Add(bool isSaid, string key, string value)
        {
            if (isSaid)
            {
                keys.Add((key, value));
            }
        }
    }

    static string Number(double number) => number.ToString(CultureInfo.InvariantCulture);

    static string Us(long us) => Durations.Print(TimeSpan.FromMicroseconds(us));

    static string Ms(long ms) => Durations.Print(TimeSpan.FromMilliseconds(ms));
}
