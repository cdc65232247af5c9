using System.Globalization;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Rendering;

/// <summary>Virtual machines, in the input language's long form.</summary>
internal static class MachineText
{
    /// <summary>Nothing where there are none.</summary>
    public static void Write(YamlWriter yaml, Topology t)
    {
        if (t.Machines.IsEmpty)
        {
            return;
        }

        ILookup<string, CardSpec> cards = t.Cards.ToLookup(card => card.Machine, StringComparer.Ordinal);
        Dictionary<ResourceId, Uvdel> own = t.Segments.Where(segment => segment.IsPrivate).ToDictionary(segment => segment.Id, segment => segment.Locator);
        yaml.Map("machines", () =>
        {
            foreach (MachineSpec machine in t.Machines)
            {
                yaml.Map(machine.Name, () => Write(yaml, machine, cards[machine.Name], own));
            }
        });
    }

    static void Write(YamlWriter yaml, MachineSpec machine, IEnumerable<CardSpec> cards, Dictionary<ResourceId, Uvdel> own)
    {
        if (machine.IsExternal)
        {
            yaml.Entry("external", "true");
        }

        if (cards.Any())
        {
            yaml.Map("interfaces", () =>
            {
                foreach (CardSpec card in cards)
                {
                    yaml.Map(card.Name, () => Write(yaml, card, own));
                }
            });
        }

        if (!machine.IsExternal)
        {
            WriteHardware(yaml, machine);
        }

        if (!machine.Labels.IsEmpty)
        {
            yaml.Entry("labels", LabelText.Print(machine.Labels));
        }

        HealthText.Write(yaml, null, machine.Dependencies);
    }

    static void WriteHardware(YamlWriter yaml, MachineSpec machine)
    {
        yaml.Entry("cpus", machine.Cpus.ToString(CultureInfo.InvariantCulture));
        yaml.Entry("memory", Sizes.Print(machine.Memory));
        if (!machine.Disks.IsEmpty)
        {
            yaml.Entry("disks", YamlWriter.List(machine.Disks.Select(disk => $"{{ file: {YamlWriter.Scalar(disk.Path)}, format: {YamlWriter.Scalar(disk.Format)}, snapshot: {(disk.IsSnapshot ? "true" : "false")} }}")));
        }

        WriteText(yaml, "cdrom", machine.Cdrom);
        WriteText(yaml, "kernel", machine.Kernel);
        WriteText(yaml, "initrd", machine.Initrd);
        WriteText(yaml, "append", machine.Append.Length == 0 ? null : machine.Append);
        yaml.Entry("boot", MachineSpec.Print(machine.Boot));
        yaml.Entry("machine", YamlWriter.Scalar(machine.Type));
        yaml.Entry("accel", MachineSpec.Print(machine.Accel));
        yaml.Entry("console", machine.Console ? "true" : "false");
        yaml.Entry("shutdown", Durations.Print(machine.Shutdown));
        yaml.Entry("restart", YamlWriter.Scalar(ServiceSpec.PrintRestart(machine.Restart)));
        if (!machine.Args.IsEmpty)
        {
            yaml.Entry("args", YamlWriter.List(machine.Args.Select(YamlWriter.Scalar)));
        }
    }

    static void WriteText(YamlWriter yaml, string key, string? value)
    {
        if (value is not null)
        {
            yaml.Entry(key, YamlWriter.Scalar(value));
        }
    }

    static void Write(YamlWriter yaml, CardSpec card, Dictionary<ResourceId, Uvdel> own)
    {
        // A cable says itself what it is plugged into.
        if (card.To is { } to && to.Kind != Kinds.Cable)
        {
            yaml.Entry("to", own.TryGetValue(to, out Uvdel? locator) ? YamlWriter.Scalar(locator.ToString()) : to.Name);
        }

        yaml.Entry("address", YamlWriter.List(card.Addresses.Select(address => YamlWriter.Scalar(address.ToString()))));
        yaml.Entry("mac", YamlWriter.Scalar(card.Mac.ToString()));
        yaml.Entry("model", YamlWriter.Scalar(card.Model));
        foreach ((string key, string value) in card.Vlans is { } vlans ? PortText.Vlans(vlans) : [])
        {
            yaml.Entry(key, value);
        }

        if (card.Spanning is { } spanning)
        {
            yaml.Entry("stp", PortText.Stp(spanning));
        }

        if (card.Impair is { } impair)
        {
            yaml.Entry("impair", ImpairmentText.PrintYaml(impair));
        }
    }
}
