using System.Globalization;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>Impairments as plans show them and as topology files have them: the keys that say something, in the order in which they count.</summary>
public static class ImpairmentText
{
    static readonly Impairment s_none = new();

    /// <returns>In one line; "none" for one that does nothing. Its states are another text.</returns>
    public static string Print(Impairment impairment)
    {
        string text = Words(Keys(impairment, s_none));
        return text.Length > 0 ? text : "none";
    }

    /// <summary>In one line: of each state what differs from <paramref name="common"/>, and where it leads.</summary>
    public static string Print(LinkStates states, Impairment common) =>
        $"{string.Join(", ", states.All.Select(state => $"{state.Name} ({Words(Keys(state, states, common))})"))}, every {Ms(states.Every)}";

    /// <returns>The value of <c>impair</c>, on one line.</returns>
    public static string PrintYaml(LinkImpairment link) =>
        link.Forward == link.Backward ? Yaml(link.Forward) : $"{{ \"->\": {Yaml(link.Forward)}, \"<-\": {Yaml(link.Backward)} }}";

    static string Yaml(Impairment impairment)
    {
        List<(string Key, string Value)> keys = Keys(impairment, s_none);
        if (impairment.States is { } states)
        {
            keys.Add(("states", Yaml(states.All.Select(state => (YamlName(state.Name), Yaml(Keys(state, states, impairment)))))));
            keys.Add(("every", Ms(states.Every)));
        }
        return Yaml(keys);
    }

    static string Yaml(IEnumerable<(string Key, string Value)> keys) => $"{{ {string.Join(", ", keys.Select(key => $"{key.Key}: {key.Value}"))} }}";

    static string YamlName(string name) => Rendering.YamlWriter.Scalar(name);

    static string Words(IEnumerable<(string Key, string Value)> keys) => string.Join(", ", keys.Select(key => $"{key.Key} {key.Value.Trim('{', '}', ' ')}"));

    static List<(string Key, string Value)> Keys(LinkState state, LinkStates states, Impairment common)
    {
        List<(string Key, string Value)> keys = Keys(state.Impairment, common);
        if (state.Moves.Length > 0)
        {
            keys.Add(("to", Yaml(state.Moves.Select(move => (YamlName(states.All[move.To].Name), Shares.Print(move.Share))))));
        }
        return keys;
    }

    /// <summary>Those in which it differs from another.</summary>
    static List<(string Key, string Value)> Keys(Impairment said, Impairment other)
    {
        List<(string Key, string Value)> keys = [];
        Add(said.Down != other.Down, "down", said.Down ? "true" : "false");
        Add(said.FlapUp != other.FlapUp || said.FlapDown != other.FlapDown, "flap", $"{{ up: {Ms(said.FlapUp)}, down: {Ms(said.FlapDown)} }}");
        Add(said.Mtu != other.Mtu, "mtu", Number(said.Mtu));
        Add(said.Loss != other.Loss, "loss", Shares.Print(said.Loss));
        Add(said.Burst != other.Burst, "burst", Number(said.Burst));
        Add(said.Duplicate != other.Duplicate, "duplicate", Shares.Print(said.Duplicate));
        Add(said.Rate != other.Rate, "rate", Rates.Print(said.Rate));
        Add(said.Queue != other.Queue, "queue", Number(said.Queue));
        Add(said.Delay != other.Delay, "delay", Us(said.Delay));
        Add(said.Jitter != other.Jitter, "jitter", Us(said.Jitter));
        Add(said.IsNormal != other.IsNormal, "distribution", said.IsNormal ? "normal" : "uniform");
        Add(said.Reorder != other.Reorder, "reorder", Shares.Print(said.Reorder));
        Add(said.Corrupt != other.Corrupt, "corrupt", Shares.Print(said.Corrupt));
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
