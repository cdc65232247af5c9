using System.Globalization;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Finds out which VLANs the interfaces, the cables and the ports of public switches are in: names are those that the switch they lead to gives.</summary>
internal sealed class VlansResolve : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            foreach (InterfaceDraft one in ns.Interfaces)
            {
                if (one.GivenVlans is { } given)
                {
                    var reporter = new Reporter(context, one.Id, ns.Note);
                    one.Vlans = one.To?.Value switch
                    {
                        null => reporter.NoSwitch(given, "it is plugged into nothing"),
                        { Locator: not null } => reporter.NoSwitch(given, "it leads to a locator"),
                        { Text: var name } when draft.SwitchesByName.TryGetValue(name, out SwitchDraft? sw) => Resolve(given, sw.Spec, reporter),
                        { Text: var name } when draft.SegmentOf(name) is { } segment => reporter.NoSwitch(given, $"it leads to {segment}"),
                        _ when one.IsWired => reporter.NoSwitch(given, "it is wired to another interface"),
                        // That there is nothing of that name has been said.
                        _ => null,
                    };
                }
            }
        }

        foreach (SwitchDraft sw in draft.Switches.Where(sw => !sw.Numbered.IsEmpty))
        {
            var reporter = new Reporter(context, sw.Spec.Id, null);
            sw.Spec = sw.Spec with { Numbered = [.. sw.Numbered.Select(port => Resolve(port, sw.Spec, reporter))] };
        }

        for (int i = 0; i < draft.ResolvedCables.Count; i++)
        {
            CableSpec cable = draft.ResolvedCables[i];
            if (draft.CableVlans.TryGetValue(cable.Name, out VlanValues? given))
            {
                draft.ResolvedCables[i] = cable with { Vlans = Resolve(given, cable, draft, new Reporter(context, cable.Id, null)) };
            }
        }
    }

    static NumberedPort Resolve(NumberedDraft port, SwitchSpec sw, Reporter reporter) =>
        port.Vlans is { } given ? port.Port with { Options = port.Port.Options with { Vlans = Resolve(given, sw, reporter) } } : port.Port;

    static VlanMembership? Resolve(VlanValues given, CableSpec cable, TopologyDraft draft, Reporter reporter)
    {
        SwitchSpec[] switches = [.. new[] { cable.Left.Segment, cable.Right.Segment }.OfType<ResourceId>().Where(id => id.Kind == Kinds.Switch).Select(id => draft.SwitchesByName[id.Name].Spec)];
        if (switches.Length == 0)
        {
            return reporter.NoSwitch(given, "it leads to no switch");
        }

        VlanMembership?[] resolved = [.. switches.Select(sw => Resolve(given, sw, reporter))];
        if (Array.TrueForAll(resolved, one => one is not null) && resolved.Distinct().Count() > 1)
        {
            reporter.Report(DiagnosticCatalog.UnknownVlan, given.At, $"its names are other VLANs in switch/{switches[0].Name} than in switch/{switches[1].Name}", "write their ids");
        }

        return resolved[0];
    }

    static VlanMembership? Resolve(VlanValues given, SwitchSpec sw, Reporter reporter)
    {
        if (sw.Hub)
        {
            return reporter.NoSwitch(given, $"it leads to switch/{sw.Name}, a hub");
        }

        VlanSet tagged = VlanSet.Empty;
        foreach (Located<VlanText> some in given.Trunk)
        {
            tagged = Ids(some, sw, reporter).Aggregate(tagged, (set, id) => set.With(id));
        }

        int untagged = given.Vlan is { } vlan ? Ids(vlan, sw, reporter).FirstOrDefault() : 0;
        return new VlanMembership(untagged, tagged.Without(untagged));
    }

    static IEnumerable<int> Ids(Located<VlanText> text, SwitchSpec sw, Reporter reporter)
    {
        if (text.Value.Name is { } name)
        {
            foreach ((int id, string known) in sw.Vlans)
            {
                if (known == name)
                {
                    return [id];
                }
            }

            reporter.Report(DiagnosticCatalog.UnknownVlan, text.At, $"switch/{sw.Name} has no VLAN {Quoted.Text(name)}",
                sw.Vlans.IsEmpty ? $"give it one: switches: {{ {sw.Name}: {{ vlans: {{ 10: {name} }} }} }}" : reporter.DidYouMean(name, [.. sw.Vlans.Values]) ?? $"it has {Known(sw)}");
            return [];
        }

        IEnumerable<int> ids = Enumerable.Range(text.Value.First, text.Value.Last - text.Value.First + 1);
        if (!sw.Vlans.IsEmpty && text.Value.First != VlanMembership.None && ids.FirstOrDefault(id => !sw.Vlans.ContainsKey(id)) is not 0 and int missing)
        {
            reporter.Report(DiagnosticCatalog.UndeclaredVlan, text.At, string.Create(CultureInfo.InvariantCulture, $"switch/{sw.Name} does not declare VLAN {missing}"), $"it has {Known(sw)}");
        }

        return ids;
    }

    static string Known(SwitchSpec sw)
    {
        const int Most = 10;
        string some = string.Join(", ", sw.Vlans.Take(Most).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value}")));
        return sw.Vlans.Count > Most ? $"{some}, …" : some;
    }

    readonly struct Reporter(ReadContext context, ResourceId subject, string? note)
    {
        public VlanMembership? NoSwitch(VlanValues given, string why)
        {
            Report(DiagnosticCatalog.VlanWithoutSwitch, given.At, $"{why}, and VLANs are those of a switch", "remove it; a plug whose frames are tagged is plugs: { NAME: { stack: [ { vlan: 10 } ], over: … } }");
            return null;
        }

        public void Report(DiagnosticCode code, TextRange at, string message, string? suggestion) => context.Report(code, at, subject, note, message, suggestion);

        public string? DidYouMean(string word, string[] known) => context.DidYouMean(word, known);
    }
}
