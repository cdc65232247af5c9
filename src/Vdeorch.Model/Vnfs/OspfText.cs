using System.Collections.Immutable;
using System.Globalization;
using Scriban.Runtime;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <summary>OSPF with the interfaces it is on: a protocol for each address family that is there.</summary>
internal sealed record OspfText(OspfDraft Draft, ImmutableArray<InterfaceDraft> Active, ImmutableArray<InterfaceDraft> Passive)
{
    /// <returns>Null when something in it is wrong, which is then reported.</returns>
    public static OspfText? Of(OspfDraft draft, VnfScope scope)
    {
        bool isGood = (draft.Interfaces ?? []).Concat(draft.Passive).Concat(draft.Costs.Select(cost => cost.Key)).Aggregate(true, (good, name) => scope.Interface(name) && good);
        foreach (Located<string> both in draft.Passive.Where(passive => draft.Interfaces?.Any(one => one.Value == passive.Value) == true))
        {
            scope.Context.Report(DiagnosticCatalog.Conflict, both.At, $"{both.Value} is among interfaces and among passive", "leave it out of one of them");
            isGood = false;
        }

        InterfaceDraft[] passive = [.. scope.Namespace.Interfaces.Where(one => draft.Passive.Any(name => name.Value == one.Name))];
        InterfaceDraft[] active = [.. scope.Namespace.Interfaces.Where(one => draft.Interfaces?.Any(name => name.Value == one.Name) ?? !passive.Contains(one))];
        return isGood ? new OspfText(draft, [.. active], [.. passive]) : null;
    }

    public ScriptArray Values(bool bfd) => VnfTemplate.List(FirewallRules.Families.Where(isV6 => Active.Concat(Passive).Any(one => Has(one, isV6))).Select(isV6 => new ScriptObject
    {
        ["name"] = isV6 ? "ospf6" : "ospf4",
        ["version"] = isV6 ? "v3" : "v2",
        ["family"] = isV6 ? "ipv6" : "ipv4",
        ["default"] = Draft.Default ? isV6 ? "::/0" : "0.0.0.0/0" : "",
        ["area"] = Draft.Area,
        ["hello"] = Seconds(Draft.Hello),
        ["dead"] = Seconds(4 * Draft.Hello),
        ["wait"] = Seconds(2 * Draft.Hello),
        ["bfd"] = bfd,
        ["interfaces"] = VnfTemplate.List(Active.Select(one => Link(one, isPassive: false)).Concat(Passive.Select(one => Link(one, isPassive: true)))),
    }));

    public override string ToString() => VnfText.Map(
        ("area", Draft.Area.ToString(CultureInfo.InvariantCulture)), ("interfaces", VnfText.List(Active.Select(one => one.Name)) ?? "[]"), ("passive", VnfText.List(Passive.Select(one => one.Name))),
        ("cost", Draft.Costs.IsEmpty ? null : VnfText.Map(Draft.Costs.OrderBy(cost => cost.Key.Value, StringComparer.Ordinal).Select(cost => (cost.Key.Value, (string?)cost.Value.Value.ToString(CultureInfo.InvariantCulture))))),
        ("hello", Durations.Print(Draft.Hello)), ("default", Draft.Default ? "true" : null));

    ScriptObject Link(InterfaceDraft one, bool isPassive) => new()
    {
        ["name"] = one.Name,
        ["passive"] = isPassive,
        ["cost"] = Draft.Costs.Where(cost => cost.Key.Value == one.Name).Select(cost => cost.Value.Value).FirstOrDefault(10),
    };

    static bool Has(InterfaceDraft one, bool isV6) => one.Addresses.Any(address => address.Value.IsV6 == isV6);

    static string Seconds(TimeSpan time) => Math.Max(1, (int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
