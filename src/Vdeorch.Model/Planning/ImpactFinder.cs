using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Model.Planning;

/// <summary>
/// Who loses traffic without being changed: by a runtime that is restarted, a segment that is re-plugged, a way that is
/// taken out, a gateway that moves. Links of which the file knows both ends are followed; what lies behind a locator is
/// one thing. Whoever was without traffic before (its runtime or segment had gone) loses none.
/// </summary>
static class ImpactFinder
{
    // Schemes that are open only when a program or a host they do not control has answered.
    static readonly string[] s_farSchemes = ["cmd", "libvdeplug", "slirp"];

    /// <param name="wished">Every object of the file.</param>
    /// <param name="before">What was asked for last time; null when unknown: then it was as it is wished now.</param>
    public static ImmutableArray<Impact> Of(IReadOnlyCollection<PlanStep> steps, IReadOnlyDictionary<ResourceId, IResourceSpec> wished, IReadOnlyDictionary<ResourceId, IResourceSpec>? before)
    {
        PlanStep[] changed = [.. steps.Where(step => step.Action is not (PlanAction.Keep or PlanAction.Create) && IsOnTheWay(step.Id))];
        if (changed.Length == 0)
        {
            return [];
        }

        Plugged[] kept = [.. steps.Where(step => step.Action == PlanAction.Keep).Select(step => Plugged.Of(wished.GetValueOrDefault(step.Id))).OfType<Plugged>().OrderBy(link => link.Id)];
        if (kept.Length == 0)
        {
            return [];
        }

        if (changed.FirstOrDefault(step => step is { Id.Kind: Kinds.Runtime, Action: PlanAction.Update or PlanAction.Replace, Cost: not OnChange.Hot }) is { Id: { Kind: Kinds.Runtime } runtime })
        {
            return [new Impact([.. kept.Select(link => link.Id)], [runtime], $"{runtime} is restarted", Outage.Brief, Impact.RuntimeMs)];
        }

        Ways then = new((before ?? wished).Values);
        Ways now = new(wished.Values);
        return
        [
            .. changed.Select(step => Replugged(step, kept, wished, now)).OfType<Impact>(),
            .. Together(changed.Where(step => step.Action is PlanAction.Delete or PlanAction.Replace).Select(step => Parted(step, kept, before, then, now)).OfType<Impact>()),
            .. changed.Select(step => Led(step, kept, before ?? wished, then)).OfType<Impact>(),
        ];
    }

    // What frames pass on their way to others, or are sent to.
    static bool IsOnTheWay(ResourceId id) => id.Kind is Kinds.Runtime or Kinds.Switch or Kinds.Cloud or Kinds.Plug or Kinds.Cable or Kinds.Interface;

    static Impact? Replugged(PlanStep step, Plugged[] kept, IReadOnlyDictionary<ResourceId, IResourceSpec> wished, Ways now)
    {
        if (step is not { Action: PlanAction.Update, Cost: OnChange.Replug, Id.Kind: Kinds.Cloud or Kinds.Plug } || wished[step.Id] is not SegmentSpec segment)
        {
            return null;
        }

        return Make([.. kept.Where(link => now.Joined(link.To, step.Id))], step.Id, $"{step.Id} is re-plugged",
            IsFar(segment.Locator) ? Outage.UntilAnswered : Outage.Brief);
    }

    static bool IsFar(Uvdel? locator) => locator is not null && (s_farSchemes.Contains(locator.Scheme) || IsFar(locator.Nested));

    // What is taken out led to others that stay, or to the outside.
    static Impact? Parted(PlanStep step, Plugged[] kept, IReadOnlyDictionary<ResourceId, IResourceSpec>? before, Ways then, Ways now)
    {
        ResourceId[] ends = before?.GetValueOrDefault(step.Id) switch
        {
            CableSpec cable => [.. new[] { cable.Left.Segment, cable.Right.Segment }.OfType<ResourceId>()],
            SwitchSpec or SegmentSpec => [step.Id],
            _ => [],
        };
        bool ledOutside = before?.GetValueOrDefault(step.Id) is SegmentSpec or CableSpec { Left.Locator: not null } or CableSpec { Right.Locator: not null };
        Plugged[] near = [.. kept.Where(link => ends.Any(end => then.Joined(link.To, end)))];
        bool isParted = near.Length > 0 && (ledOutside || near.Any(link => !now.Joined(link.To, near[0].To)));
        return isParted ? Make(near, step.Id, $"{step.Id} is taken out", Outage.ForGood) : null;
    }

    // Several things on one way, a switch and its cables, say, part the same objects.
    static IEnumerable<Impact> Together(IEnumerable<Impact> parted) =>
        parted.GroupBy(impact => string.Join(' ', impact.Objects)).Select(same => same.Count() == 1 ? same.First() : same.First() with
        {
            Because = [.. same.SelectMany(impact => impact.Because)],
            Why = $"{string.Join(", ", same.SelectMany(impact => impact.Because))} are taken out",
        });

    // Those whose routes go by an address that the changed interface had.
    static Impact? Led(PlanStep step, Plugged[] kept, IReadOnlyDictionary<ResourceId, IResourceSpec> before, Ways then)
    {
        if (before.GetValueOrDefault(step.Id) is not InterfaceSpec { To: { } at } gateway || Fate(step, gateway) is not { } fate)
        {
            return null;
        }

        Plugged[] led = [.. kept.Where(link => then.Joined(link.To, at) && link.Vias.Any(fate.Gone.Contains))];
        return Make(led, step.Id, $"the gateway {step.Id} {fate.Word}", fate.Outage);
    }

    static (IPAddress[] Gone, Outage Outage, string Word)? Fate(PlanStep step, InterfaceSpec gateway)
    {
        IPAddress[] had = [.. gateway.Addresses.Select(address => address.Address)];
        if (step.Action is PlanAction.Delete or PlanAction.Replace)
        {
            return (had, Outage.ForGood, "goes");
        }

        if (step.Changes.FirstOrDefault(change => change.Path == "address") is { } moved)
        {
            string[] stays = [.. (moved.After ?? "").Split(", ").Select(address => address.Split('/')[0])];
            return ([.. had.Where(address => !stays.Contains(address.ToString()))], Outage.ForGood, "has another address");
        }

        return step.Changes.Any(change => change.Path == "to" && change.Cause == Cause.File) ? (had, Outage.ForGood, "is plugged in elsewhere") : null;
    }

    static Impact? Make(Plugged[] links, ResourceId because, string why, Outage outage) =>
        links.Length == 0 ? null : new Impact([.. links.Select(link => link.Id)], [because], why, outage, outage == Outage.Brief ? Impact.ReplugMs : null);

    /// <summary>An interface of a namespace, or a card of a machine, on a segment.</summary>
    /// <param name="Vias">By which its routes lead; what routes a guest gives itself nobody here knows.</param>
    sealed record Plugged(ResourceId Id, ResourceId To, ImmutableArray<IPAddress> Vias)
    {
        /// <returns>Null for anything else, and for what is not plugged in.</returns>
        public static Plugged? Of(IResourceSpec? spec) => spec switch
        {
            InterfaceSpec { To: { } to } link => new(link.Id, to, [.. link.Routes.Select(route => route.Via).OfType<IPAddress>()]),
            CardSpec { To: { } to } card => new(card.Id, to, []),
            _ => null,
        };
    }

    /// <summary>Which segments frames pass between: a union-find over cables.</summary>
    sealed class Ways
    {
        readonly Dictionary<ResourceId, ResourceId> _up = [];

        public Ways(IEnumerable<IResourceSpec> specs)
        {
            foreach (CableSpec cable in specs.OfType<CableSpec>())
            {
                if (cable is { Left.Segment: { } left, Right.Segment: { } right })
                {
                    _up[Top(left)] = Top(right);
                }
            }
        }

        public bool Joined(ResourceId one, ResourceId other) => Top(one) == Top(other);

        ResourceId Top(ResourceId id)
        {
            while (_up.TryGetValue(id, out ResourceId up) && up != id)
            {
                id = up;
            }

            return id;
        }
    }
}
