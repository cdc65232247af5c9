using Vdeorch.Model.Runtime;

namespace Vdeorch.Plugs.Spanning;

/// <summary>
/// The spanning tree of one VLAN, as one switch sees it. Whatever happens:
/// 1. what was heard at each port is kept, or forgotten once it is too old;
/// 2. from that follows the way to the root, and from that what each port is;
/// 3. a port that must be shut is, at once; one that may forward does so after a while; what has changed is said to whoever has to know.
/// </summary>
sealed class VlanTree(int vlan, BridgeId self, TreeNews news)
{
    /// <summary>A change is told at once and once more, should the first have been lost.</summary>
    const int TimesToldOfChange = 2;

    readonly SortedDictionary<int, TreePort> ports = [];
    BridgeId self = self;
    BridgeId root = self;
    uint cost;
    TreePort? rootPort;

    public int Vlan => vlan;

    public bool IsEmpty => ports.Count == 0;

    public long NextTick => ports.Values.Select(port => port.NextTick).DefaultIfEmpty(long.MaxValue).Min();

    public void Be(BridgeId changed, long now)
    {
        self = changed;
        Decide(now);
        SayToAll(now);
    }

    /// <param name="isShut">Whether it is to begin with, if it was not there before.</param>
    /// <param name="isDown">Its link is. Once that changes, it is a new port.</param>
    public void Set(int number, bool isTagged, bool isEdge, int bonus, bool isShut, bool isDown, long now)
    {
        bool isNew = !ports.TryGetValue(number, out TreePort? port) || port.IsDown != isDown;
        if (port is null || isNew)
        {
            ports[number] = port = new TreePort(number) { IsForwarding = !isDown && (!isShut || isEdge), IsDown = isDown };
        }
        (port.IsTagged, port.IsEdge, port.Bonus) = (isTagged, isEdge, bonus);
        if (isEdge)
        {
            port.Heard = null;
        }
        if (isNew)
        {
            port.Role = isDown ? SpanningRole.Disabled : isEdge ? SpanningRole.Edge : SpanningRole.Designated;
            Shut(port, now);
            Say(port, now);
        }
        Decide(now);
    }

    public void Remove(int number, long now)
    {
        if (ports.Remove(number))
        {
            Decide(now);
        }
    }

    public void Receive(int number, Bpdu bpdu, long now)
    {
        // A frame that comes back to where it was sent from says nothing; neither does one that has been on the way for too long.
        if (!ports.TryGetValue(number, out TreePort? port) || port.IsEdge || port.IsDown || bpdu.AgeSeconds >= SpanningTimes.TooOldSeconds
            || (bpdu.Path.Sender == self && bpdu.Path.Port == Bpdu.PortId(number)))
        {
            return;
        }
        Forget(port, now);
        bool isSame = port.Heard?.Path == bpdu.Path;
        // Of several switches on a wire the best counts, unless it takes back what it has said.
        if (port.Heard is { } before && !bpdu.Path.IsBetterThan(before.Path) && (before.Path.Sender, before.Path.Port) != (bpdu.Path.Sender, bpdu.Path.Port))
        {
            AnswerWorse(port, bpdu, now);
            return;
        }
        port.Heard = new Heard(bpdu.Path, bpdu.Role == SpanningRole.Backup, bpdu.AgeSeconds, now);
        bool hasChanged = Decide(now);
        if (port == rootPort && isSame && !hasChanged)
        {
            PassOn(now);
        }
        else if (!hasChanged)
        {
            AnswerWorse(port, bpdu, now);
        }
        // A vde_switch tells it to all ports, one that it has shut and the one that told it as well: round two cables it would go for ever.
        bool isEcho = bpdu.Role == SpanningRole.Backup || now < port.SaidChangeAt + SpanningTimes.CountedForMs;
        if (bpdu.HasChanged && !isEcho && port.Role is SpanningRole.Root or SpanningRole.Designated)
        {
            TellOfChange(port, now);
        }
    }

    public void Tick(bool isHello, long now)
    {
        Decide(now);
        foreach (TreePort port in ports.Values)
        {
            if (now >= port.SaysAgainAt)
            {
                port.SaysAgainAt = long.MaxValue;
                Say(port, now);
            }
            if (now >= port.OpensAt)
            {
                Set(port, isForwarding: true);
                TellOfChange(port, now, itToo: true);
            }
            if (port.IsWaiting && now >= port.CountedFrom + SpanningTimes.CountedForMs)
            {
                Say(port, now);
            }
        }
        if (isHello)
        {
            SayHello(now);
        }
    }

    public bool IsShut(int number) => ports.TryGetValue(number, out TreePort? port) && !port.IsForwarding;

    /// <summary>The way to the root; at the root nobody is designated, and the port is 0.</summary>
    public (BridgeId Root, BridgeId? Designated, int RootPort, uint Cost) Way => (root, rootPort?.Heard?.Path.Sender, rootPort?.Number ?? 0, cost);

    public SpanningPort? Describe(int number) => ports.TryGetValue(number, out TreePort? port) ? Describe(port) : null;

    public SpanningVlan State(long now) =>
        new(vlan, root.ToString(), rootPort?.Heard?.Path.Sender.ToString(), rootPort?.Number ?? 0, cost, AgeSeconds(now), [.. ports.Values.Select(Describe)]);

    /// <returns>Whether the way to the root, or what a port is, is another one. Then that has been said.</returns>
    bool Decide(long now)
    {
        foreach (TreePort port in ports.Values)
        {
            Forget(port, now);
        }
        (BridgeId, uint, TreePort?, BridgeId?) before = (root, cost, rootPort, rootPort?.Upstream);
        FindRoot();
        if (rootPort is not null)
        {
            rootPort.Upstream = rootPort.Heard!.Value.Path.Sender;
        }
        bool hasChanged = before != (root, cost, rootPort, rootPort?.Upstream);
        List<TreePort> others = [];
        foreach (TreePort port in ports.Values)
        {
            if (RoleOf(port) is var role && role != port.Role)
            {
                port.Role = role;
                others.Add(port);
            }
            Shut(port, now);
        }
        if (hasChanged)
        {
            SayToAll(now);
        }
        else
        {
            others.ForEach(port => Say(port, now));
        }
        return hasChanged || others.Count > 0;
    }

    void FindRoot()
    {
        (root, cost, rootPort) = (self, 0, null);
        PathToRoot best = default;
        foreach (TreePort port in ports.Values)
        {
            if (port.Heard is not { } heard || heard.Path.Root.Bits >= self.Bits || heard.Path.Sender == self)
            {
                continue;
            }
            PathToRoot through = heard.Path with { Cost = (uint)Math.Min(uint.MaxValue, (long)heard.Path.Cost + port.Cost) };
            // Of two that are the same the port with the lower number stays.
            if (rootPort is null || through.IsBetterThan(best))
            {
                best = through;
                rootPort = port;
                (root, cost) = (through.Root, through.Cost);
            }
        }
    }

    SpanningRole RoleOf(TreePort port)
    {
        if (port.IsDown)
        {
            return SpanningRole.Disabled;
        }
        if (port.IsEdge)
        {
            return SpanningRole.Edge;
        }
        if (port == rootPort)
        {
            return SpanningRole.Root;
        }
        if (port.Heard is not { } heard || !heard.Path.IsBetterThan(OwnAt(port)))
        {
            return SpanningRole.Designated;
        }
        if (heard.Path.Sender == self)
        {
            return SpanningRole.Backup;
        }
        // vde_switch shuts both ends of a link that is in nobody's way to the root: where it says that it has, ours may stay open, or the wire has nobody.
        return heard.IsShut ? SpanningRole.Designated : SpanningRole.Alternate;
    }

    void Shut(TreePort port, long now)
    {
        if (port.Role is SpanningRole.Alternate or SpanningRole.Backup or SpanningRole.Disabled)
        {
            Set(port, isForwarding: false);
        }
        else if (port.Role == SpanningRole.Edge)
        {
            Set(port, isForwarding: true);
        }
        else if (!port.IsForwarding && port.OpensAt == long.MaxValue)
        {
            port.OpensAt = now + SpanningTimes.HoldMs;
            port.SaysAgainAt = now + SpanningTimes.HoldMs / 2;
        }
    }

    void Set(TreePort port, bool isForwarding)
    {
        news.HasMoved |= port.IsForwarding != isForwarding;
        (port.IsForwarding, port.OpensAt) = (isForwarding, long.MaxValue);
    }

    static void Forget(TreePort port, long now)
    {
        if (port.Heard is { } heard && now > heard.Until)
        {
            port.Heard = null;
        }
    }

    /// <summary>Somebody who believes in a worse way is told of ours; not who has no better and knows it.</summary>
    void AnswerWorse(TreePort port, Bpdu bpdu, long now)
    {
        bool goesBySomethingElse = bpdu.Path.Root != root || bpdu.Role == SpanningRole.Designated;
        if (port.Role == SpanningRole.Designated && goesBySomethingElse && OwnAt(port).IsBetterThan(bpdu.Path))
        {
            Say(port, now);
        }
    }

    /// <summary>All other ports hear of a change, and what was learned there is forgotten.</summary>
    void TellOfChange(TreePort from, long now, bool itToo = false)
    {
        if (from.IsEdge)
        {
            return;
        }
        news.Flushed.Add(new Flushed(vlan, from.Number));
        foreach (TreePort port in ports.Values)
        {
            if ((port != from || itToo) && port.IsForwarding && !port.IsEdge)
            {
                port.Changes = TimesToldOfChange;
                // Else with the next hello.
                if (now >= port.ToldOfChangeAt + SpanningTimes.CountedForMs)
                {
                    port.ToldOfChangeAt = now;
                    Say(port, now);
                }
            }
        }
    }

    /// <summary>The root's is made here; what it says is passed on as it comes. Whoever is upstream is told that somebody is here.</summary>
    void SayHello(long now)
    {
        foreach (TreePort port in ports.Values)
        {
            if (rootPort is null || port == rootPort)
            {
                Say(port, now);
            }
        }
    }

    void PassOn(long now)
    {
        foreach (TreePort port in ports.Values)
        {
            if (port != rootPort)
            {
                Say(port, now);
            }
        }
    }

    void SayToAll(long now)
    {
        foreach (TreePort port in ports.Values)
        {
            Say(port, now);
        }
    }

    void Say(TreePort port, long now)
    {
        if (port.Role is not (SpanningRole.Root or SpanningRole.Designated))
        {
            return;
        }
        if (now >= port.CountedFrom + SpanningTimes.CountedForMs)
        {
            (port.Said, port.CountedFrom) = (0, now);
        }
        if (port.IsWaiting = port.Said >= SpanningTimes.MaxSaid)
        {
            return;
        }
        Bpdu bpdu = new(port.IsTagged ? vlan : null, OwnAt(port), port.Role, port.IsForwarding ? SpanningStatus.Forwarding : SpanningStatus.Discarding, rootPort is null ? 0 : AgeSeconds(now) + 1)
        {
            HasChanged = port.Changes > 0,
            HasAgreed = port.HasSaid || port.Role == SpanningRole.Root,
        };
        port.SaidChangeAt = bpdu.HasChanged ? now : port.SaidChangeAt;
        port.Changes = Math.Max(0, port.Changes - 1);
        port.HasSaid = true;
        port.Said++;
        news.Said.Add(new Said(port.Number, bpdu.Write()));
    }

    PathToRoot OwnAt(TreePort port) => new(root, cost, self, Bpdu.PortId(port.Number));

    int AgeSeconds(long now) => rootPort?.Heard is { } heard ? heard.AgeSeconds + (int)((now - heard.AtMs) / 1000) : 0;

    static SpanningPort Describe(TreePort port) =>
        new(port.Number, port.IsTagged, port.Role, port.IsForwarding ? SpanningStatus.Forwarding : SpanningStatus.Discarding, port.Bonus);

    /// <param name="IsShut">Who said it has shut his side.</param>
    readonly record struct Heard(PathToRoot Path, bool IsShut, int AgeSeconds, long AtMs)
    {
        /// <summary>The last moment at which it counts.</summary>
        public long Until => AtMs + SpanningTimes.LostMs;
    }

    sealed class TreePort(int number)
    {
        public int Number => number;
        public bool IsDown { get; init; }
        public bool IsTagged { get; set; }
        public bool IsEdge { get; set; }
        public int Bonus { get; set; }
        public long Cost => Math.Max(1, SpanningPort.FullCost - Bonus);
        public Heard? Heard { get; set; }
        public SpanningRole Role { get; set; }
        public bool IsForwarding { get; set; }

        /// <summary>When it is to forward; never, if it does or must not.</summary>
        public long OpensAt { get; set; } = long.MaxValue;

        /// <summary>Before that: the first may have come to nobody.</summary>
        public long SaysAgainAt { get; set; } = long.MaxValue;

        /// <summary>How often a change is still to be told.</summary>
        public int Changes { get; set; }

        public long ToldOfChangeAt { get; set; } = -SpanningTimes.CountedForMs;

        public long SaidChangeAt { get; set; } = -SpanningTimes.CountedForMs;

        public bool HasSaid { get; set; }

        /// <summary>Since <see cref="CountedFrom"/>.</summary>
        public int Said { get; set; }

        public long CountedFrom { get; set; }

        /// <summary>Something is to be said that has been too much.</summary>
        public bool IsWaiting { get; set; }

        /// <summary>Of a root port: who is behind it.</summary>
        public BridgeId Upstream { get; set; }

        public long NextTick => Math.Min(Math.Min(Math.Min(SaysAgainAt, OpensAt), IsWaiting ? CountedFrom + SpanningTimes.CountedForMs : long.MaxValue), Heard is { } heard ? heard.Until + 1 : long.MaxValue);
    }
}

/// <summary>What has come of it all, for whoever drives the trees of a switch.</summary>
sealed class TreeNews
{
    public List<Said> Said { get; } = [];
    public List<Flushed> Flushed { get; } = [];

    /// <summary>A port that was shut is open, or the other way round.</summary>
    public bool HasMoved { get; set; }
}
