using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>What a link does to frames: the keys for both ways, and those of one way over them.</summary>
/// <example><code>
/// impair: { delay: 20ms, jitter: 2ms, loss: 0.1%, "->": { rate: 100mbit }, "&lt;-": { rate: 10mbit } }
/// </code></example>
internal static class ImpairSchema
{
    static readonly FieldSchema<TimeSpan> s_delay = Hot("delay", Scalars.Duration(TimeSpan.Zero, TimeSpan.FromMinutes(1)), "How long a frame is on its way.", "20ms");
    static readonly FieldSchema<TimeSpan> s_jitter = Hot("jitter", Scalars.Duration(TimeSpan.Zero, TimeSpan.FromMinutes(1)), "How much the delay varies, up and down. Frames stay in order.", "2ms");

    static readonly FieldSchema<Distribution> s_distribution = Hot("distribution", Scalars.OneOf(("uniform", Distribution.Uniform), ("normal", Distribution.Normal)),
        "How it varies: evenly within the jitter, or with the jitter as the standard deviation.", "normal", "uniform");

    static readonly FieldSchema<double> s_loss = Hot("loss", ImpairScalars.Share, "Frames that are lost.", "0.1%");
    static readonly FieldSchema<int> s_burst = Hot("burst", Scalars.Integer(1, 100_000), "How many are lost in a row, on average.", "5", "each frame for itself");
    static readonly FieldSchema<double> s_duplicate = Hot("duplicate", ImpairScalars.Share, "Frames that come twice.", "1%");
    static readonly FieldSchema<double> s_corrupt = Hot("corrupt", ImpairScalars.Share, "Frames in which one bit is wrong.", "0.1%");
    static readonly FieldSchema<double> s_reorder = Hot("reorder", ImpairScalars.Share, "Frames that are not delayed, and so overtake others.", "5%");
    static readonly FieldSchema<long> s_rate = Hot("rate", ImpairScalars.Rate, "Bits of Ethernet frames a second.", "10mbit", "any number");
    static readonly FieldSchema<int> s_queue = Hot("queue", Scalars.Integer(1, 1_000_000), "Frames that may wait for the rate; those beyond are dropped.", "100", "1000");
    static readonly FieldSchema<int> s_mtu = Hot("mtu", Scalars.Integer(68, 65_521), "Bytes of the longest packet that passes.", "1400", "any length passes");
    static readonly FieldSchema<bool> s_down = Hot("down", Scalars.Boolean, "Nothing passes.", "true", "false");
    static readonly FieldSchema<TimeSpan> s_up = Hot("up", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)), "How long frames pass.", "10s", required: true);
    static readonly FieldSchema<TimeSpan> s_downFor = Hot("down", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)), "How long none do, then.", "500ms", required: true);

    static readonly ObjectSchema<(TimeSpan Up, TimeSpan Down)> s_flap = new("impair.flap", "a map with `up` and `down`", [s_up, s_downFor], reader => (reader.Get(s_up), reader.Get(s_downFor)));

    static readonly FieldSchema<(TimeSpan Up, TimeSpan Down)> s_flapping = new("flap", s_flap)
    {
        Description = "Goes down again and again.",
        Otherwise = "does not",
        Example = "{ up: 10s, down: 500ms }",
        Cost = OnChange.Hot,
    };

    static readonly ImmutableArray<FieldSchema> s_inState =
        [s_delay, s_jitter, s_distribution, s_loss, s_burst, s_duplicate, s_corrupt, s_reorder, s_rate, s_queue, s_mtu, s_down];

    static readonly FieldSchema<ImmutableArray<MapItem<Located<double>>>> s_to = new("to", new MapSchema<Located<double>>(Scalars.NameKey, ImpairScalars.Share))
    {
        Description = "Where to when a period ends, how often of all times; else it stays.",
        Otherwise = "it stays for good",
        Example = "{ bad: 5% }",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<StateText> s_state = new("impair.states.NAME", "a map of what the link does in that state", [.. s_inState, s_to],
        reader => new StateText(Read(reader), reader.List(s_to), reader.At(s_to)));

    static readonly FieldSchema<ImmutableArray<MapItem<StateText>>> s_states = new("states", new MapSchema<StateText>(Scalars.NameKey, s_state))
    {
        Description = "The link is in one of these at a time, the first to begin with. What a state does not say is as without it.",
        Otherwise = "it is always the same",
        Example = "{ good: { to: { bad: 5% } }, bad: { loss: 30%, to: { good: 50% } } }",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<TimeSpan> s_every = Hot("every", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(LinkStates.LongestEvery)),
        "The period after which it may go from one state to another.", "1s", "100ms");

    static readonly ImmutableArray<FieldSchema> s_way = [.. s_inState, s_flapping, s_states, s_every];

    static readonly ObjectSchema<WayText> s_oneWay = new("impair.way", "a map with the keys of `impair`", s_way, ReadWay);

    static readonly FieldSchema<WayText> s_forward = Way("->", "What differs from the first end to the second, or out of the interface.", "{ rate: 100mbit }");
    static readonly FieldSchema<WayText> s_backward = Way("<-", "What differs the other way.", "{ rate: 10mbit }");

    public static readonly ObjectSchema<LinkImpairment> Impair = new("impair", "a map of what the link does to frames", [.. s_way, s_forward, s_backward], reader =>
    {
        WayText both = ReadWay(reader);
        WayText? forward = reader.TryGet(s_forward, out WayText? outward) ? outward : null;
        WayText? backward = reader.TryGet(s_backward, out WayText? inward) ? inward : null;
        bool hasStates = reader.Has(s_states);
        NeedStates(reader, s_every, both, hasStates || forward?.States is not null || backward?.States is not null);
        NeedStates(reader, s_forward, forward, hasStates || forward?.States is not null);
        NeedStates(reader, s_backward, backward, hasStates || backward?.States is not null);
        return new LinkImpairment((forward?.Over(both) ?? both).ToImpairment(), (backward?.Over(both) ?? both).ToImpairment());
    });

    /// <summary>For whatever is a link.</summary>
    public static readonly FieldSchema<LinkImpairment> Field = new("impair", Impair)
    {
        Description = "What the link does to frames.",
        Otherwise = "nothing",
        Example = "{ delay: 20ms, loss: 0.1%, \"->\": { rate: 100mbit } }",
        Cost = OnChange.Hot,
    };

    public static ImmutableArray<IObjectSchema> Objects => [Impair, s_flap, s_state];

    static void NeedStates(ObjectReader reader, FieldSchema at, WayText? way, bool hasStates)
    {
        if (way?.Every is not null && !hasStates)
        {
            reader.Context.Report(DiagnosticCatalog.BadStates, reader.At(at), "'every' is the period of 'states', and there are none", "remove it, or say states: { good: …, bad: … }");
        }
    }

    static WayText ReadWay(ObjectReader reader)
    {
        (TimeSpan Up, TimeSpan Down)? flap = reader.TryGet(s_flapping, out (TimeSpan, TimeSpan) times) ? times : null;
        Func<Impairment, Impairment> keys = Read(reader);
        ImmutableArray<MapItem<StateText>>? states = reader.TryGet(s_states, out ImmutableArray<MapItem<StateText>> said) ? said : null;
        if (states is { } some)
        {
            Check(some, reader);
        }
        return new WayText(
            under => flap is { } one ? keys(under) with { FlapUp = (long)one.Up.TotalMilliseconds, FlapDown = (long)one.Down.TotalMilliseconds } : keys(under),
            states,
            reader.TryGet(s_every, out TimeSpan every) ? (int)every.TotalMilliseconds : null);
    }

    static void Check(ImmutableArray<MapItem<StateText>> states, ObjectReader reader)
    {
        if (states.Length > LinkStates.MaxStates)
        {
            reader.Context.Report(DiagnosticCatalog.BadStates, reader.At(s_states), $"{states.Length} states are more than {LinkStates.MaxStates}");
        }
        string[] names = [.. reader.ValueOf(s_states) is MapNode map ? map.Entries.Select(entry => entry.Key.Text) : []];
        foreach (MapItem<StateText> state in states)
        {
            foreach (MapItem<Located<double>> move in state.Value.To.Where(move => !names.Contains(move.Key.Value)))
            {
                reader.Context.Report(DiagnosticCatalog.BadStates, move.Key.At, $"no state {Quoted.Text(move.Key.Value)}",
                    reader.Context.DidYouMean(move.Key.Value, names) ?? $"known here: {string.Join(", ", names)}");
            }
            double sum = state.Value.To.Sum(move => move.Value.Value);
            if (!LinkStates.IsPossibleSum(sum))
            {
                reader.Context.Report(DiagnosticCatalog.BadStates, state.Value.ToAt, $"what leads out of {Quoted.Text(state.Key.Value)} is {Shares.Print(sum)} together, more than 100%");
            }
        }
    }

    static Func<Impairment, Impairment> Read(ObjectReader reader)
    {
        // Each key once, or its mistake would be told twice.
        long? delay = reader.TryGet(s_delay, out TimeSpan given) ? Us(given) : null;
        long? jitter = reader.TryGet(s_jitter, out given) ? Us(given) : null;
        bool? isNormal = reader.TryGet(s_distribution, out Distribution distribution) ? distribution == Distribution.Normal : null;
        double? loss = Share(s_loss);
        int? burst = Number(s_burst);
        double? duplicate = Share(s_duplicate);
        double? corrupt = Share(s_corrupt);
        double? reorder = Share(s_reorder);
        long? rate = reader.TryGet(s_rate, out long bits) ? bits : null;
        int? queue = Number(s_queue);
        int? mtu = Number(s_mtu);
        bool? down = reader.TryGet(s_down, out bool isDown) ? isDown : null;
        return under => under with
        {
            Delay = delay ?? under.Delay,
            Jitter = jitter ?? under.Jitter,
            IsNormal = isNormal ?? under.IsNormal,
            Loss = loss ?? under.Loss,
            Burst = burst ?? under.Burst,
            Duplicate = duplicate ?? under.Duplicate,
            Corrupt = corrupt ?? under.Corrupt,
            Reorder = reorder ?? under.Reorder,
            Rate = rate ?? under.Rate,
            Queue = queue ?? under.Queue,
            Mtu = mtu ?? under.Mtu,
            Down = down ?? under.Down,
        };

        double? Share(FieldSchema<double> field) => reader.TryGet(field, out double share) ? share : null;

        int? Number(FieldSchema<int> field) => reader.TryGet(field, out int number) ? number : null;
    }

    static long Us(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    static FieldSchema<T> Hot<T>(string key, ScalarSchema<T> schema, string description, string example, string otherwise = "none", bool required = false)
    {
        return new FieldSchema<T>(key, schema.As(read => read.Value))
        {
            Description = description,
            Otherwise = required ? null : otherwise,
            Example = example,
            IsRequired = required,
            Cost = OnChange.Hot,
        };
    }

    static FieldSchema<WayText> Way(string key, string description, string example) => new(key, s_oneWay)
    {
        Description = description,
        Otherwise = "the same",
        Example = example,
        Cost = OnChange.Hot,
    };

    /// <summary>What one way says, or both.</summary>
    /// <param name="Keys">Over another impairment.</param>
    /// <param name="States">Null: nothing of them; none: it has none.</param>
    sealed record WayText(Func<Impairment, Impairment> Keys, ImmutableArray<MapItem<StateText>>? States, int? Every)
    {
        public WayText Over(WayText both) => new(under => Keys(both.Keys(under)), States ?? both.States, Every ?? both.Every);

        public Impairment ToImpairment()
        {
            Impairment common = Keys(new Impairment());
            return States is { Length: > 0 } states
                ? common with { States = new LinkStates { Every = Every ?? LinkStates.DefaultEvery, All = [.. states.Select(state => state.Value.ToState(state.Key.Value, common, states))] } }
                : common;
        }
    }

    sealed record StateText(Func<Impairment, Impairment> Keys, ImmutableArray<MapItem<Located<double>>> To, TextRange ToAt)
    {
        // Names that are none have been reported.
        public LinkState ToState(string name, Impairment common, ImmutableArray<MapItem<StateText>> states)
        {
            string[] names = [.. states.Select(state => state.Key.Value)];
            return new LinkState(name, Keys(common))
            {
                Moves = [.. To.Where(move => names.Contains(move.Key.Value) && move.Value.Value > 0).Select(move => new LinkMove(Array.IndexOf(names, move.Key.Value), move.Value.Value))],
            };
        }
    }

    enum Distribution
    {
        Uniform,
        Normal,
    }
}
