using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Plugs.Runtime;

/// <summary>The switches and ports there are, by name. Of the control thread, and of <see cref="DataPlane"/>, which alone lets workers see what has changed.</summary>
sealed class Inventory
{
    public static readonly IComparer<string> Names = Comparer<string>.Create(NaturalOrder.Compare);

    public Dictionary<string, PlacedSwitch> Switches { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Placed> Ports { get; } = new(StringComparer.Ordinal);

    /// <summary>The ports that are plugged into a switch, in no order.</summary>
    public IEnumerable<Placed> In(string sw) => Ports.Values.Where(placed => placed.Switch == sw);

    /// <summary>Ports that count among those a switch may have: its management port is beside them.</summary>
    public IEnumerable<Placed> CountedIn(string sw) => In(sw).Where(placed => placed.Number != PlacedSwitch.ManagementNumber);

    /// <summary>Whether copies of what passes others go to it, and nothing else does.</summary>
    public bool IsMirror(Placed placed) => placed.Switch is { } name && Switches[name].IsMirror(placed.Port.Name);

    /// <summary>
    /// Where a port is kept shut from the moment it comes to a switch, or stays in it with other options, until its trees say more: wherever it was not before.
    /// </summary>
    /// <param name="sw">Null: to none.</param>
    /// <param name="before">As it was, wherever that is; null: it was not there.</param>
    public VlanSet ShutAtFirst(string? sw, PortOptions options, Placed? before)
    {
        bool stays = before is not null && before.Switch == sw;
        VlanSet joined = stays ? Placed.VlansOf(options).Except(Placed.VlansOf(before!.Options)) : VlanSet.All;
        VlanSet shut = sw is not null && Switches.TryGetValue(sw, out PlacedSwitch? known) ? known.ShutAtFirst(joined, options) : VlanSet.Empty;
        return stays ? before!.Discarding.Union(shut) : shut;
    }

    /// <summary>Whether the switches are there and would have room.</summary>
    /// <returns>What is wrong; null: nothing.</returns>
    public string? CheckPlaces(IReadOnlyList<PortSettings> wanted)
    {
        HashSet<string> leaving = [.. wanted.Select(settings => settings.Name)];
        foreach (IGrouping<string, PortSettings> group in wanted.Where(settings => settings.Switch is not null).GroupBy(settings => settings.Switch!))
        {
            if (!Switches.TryGetValue(group.Key, out PlacedSwitch? known))
            {
                return NoSuchSwitch(group.Key);
            }
            int staying = CountedIn(group.Key).Count(placed => !leaving.Contains(placed.Port.Name));
            if (staying + group.Count() > known.Settings.Ports)
            {
                return $"switch '{group.Key}': has {known.Settings.Ports} ports, {staying} of them taken; {group.Count()} more do not fit";
            }
        }
        return null;
    }

    /// <summary>The first of these names that no port has.</summary>
    /// <returns>What is wrong; null: nothing.</returns>
    public string? CheckNames(IEnumerable<string> names) => names.FirstOrDefault(name => !Ports.ContainsKey(name)) is { } unknown ? $"there is no port '{unknown}'" : null;

    /// <summary>Takes out those of these that are there.</summary>
    public List<Placed> Take(IEnumerable<string> names)
    {
        List<Placed> taken = [];
        foreach (string name in names)
        {
            if (Ports.Remove(name, out Placed? placed))
            {
                taken.Add(placed);
            }
        }
        return taken;
    }

    /// <summary>
    /// What was learned on the numbers of these, where they were. Once no worker uses a wiring with them: nobody learns on those numbers any more, unless they
    /// have been given to another port, which has to start clean too.
    /// </summary>
    public void Forget(IEnumerable<Placed> gone)
    {
        foreach (IGrouping<string, Placed> group in gone.Where(old => old.Switch is not null).GroupBy(old => old.Switch!))
        {
            HashSet<int> numbers = [.. group.Select(old => old.Number)];
            Switches[group.Key].Table.Forget(numbers.Contains);
        }
    }

    public static string NoSuchSwitch(string name) => $"there is no switch '{name}'";
}
