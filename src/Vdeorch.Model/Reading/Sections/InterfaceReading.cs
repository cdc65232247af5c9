using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Interfaces of namespaces and cards of machines, in their short and long forms.</summary>
/// <param name="interfaces">The long form.</param>
/// <param name="prefix">What those of the short form are called, before their number.</param>
/// <param name="model">Of a card that says none; null: they are no cards.</param>
internal sealed class InterfaceReading(FieldSchema<ImmutableArray<MapItem<InterfaceValues>>> interfaces, string prefix, string? model = null)
{
    public ImmutableArray<InterfaceDraft> Read(ObjectReader reader, string ns)
    {
        ReadContext context = reader.Context;
        if (reader.Has(interfaces))
        {
            foreach (FieldSchema other in new FieldSchema[] { NamespaceSection.To, NamespaceSection.Address, NamespaceSection.Dhcp }.Where(reader.Has))
            {
                context.Report(DiagnosticCatalog.Conflict, reader.At(other), $"'{other.Key}' and 'interfaces' exclude each other", $"move it into interfaces: {{ {prefix}0: {{ {other.Key}: … }} }}");
            }

            ResourceId? subject = context.Subject;
            var schema = (MapSchema<InterfaceValues>)interfaces.Schema;
            List<InterfaceDraft> read = [];
            foreach ((Located<string> name, Node value) in schema.Entries(reader.ValueOf(interfaces)!, interfaces.Key, context))
            {
                context.Subject = new ResourceId(model is null ? Kinds.Interface : Kinds.Card, $"{ns}/{name.Value}");
                if (schema.Value.TryRead(value, "it", context, out InterfaceValues values))
                {
                    read.Add(Make(context, ns, name.Value, name.At, values));
                }
            }

            context.Subject = subject;
            return [.. read.OrderBy(one => one.Name, Comparer<string>.Create(NaturalOrder.Compare))];
        }

        ImmutableArray<Located<InterfaceAddress>> addresses = reader.List(NamespaceSection.Address);
        if (!reader.TryGet(NamespaceSection.To, out ToValue? to))
        {
            foreach (FieldSchema alone in reader.Has(NamespaceSection.To) ? [] : new FieldSchema[] { NamespaceSection.Address, NamespaceSection.Dhcp }.Where(reader.Has))
            {
                context.Report(DiagnosticCatalog.Conflict, reader.At(alone), $"'{alone.Key}' needs a 'to' beside it", "say which switch: to: lan");
            }

            return [];
        }

        if (to.One is { } one)
        {
            return [Make(context, ns, $"{prefix}0", one.At, new InterfaceValues(one, addresses, null, null) { Dhcp = reader.Get(NamespaceSection.Dhcp) })];
        }

        if (reader.Has(NamespaceSection.Address))
        {
            context.Report(DiagnosticCatalog.Conflict, reader.At(NamespaceSection.Address), "'address' goes with a 'to' that names one switch; this one is a map", "write the address beside its switch: to: { lan: 10.0.0.1/24 }");
        }

        if (reader.Has(NamespaceSection.Dhcp))
        {
            context.Report(DiagnosticCatalog.Conflict, reader.At(NamespaceSection.Dhcp), "'dhcp' goes with a 'to' that names one switch; this one is a map", $"write interfaces: {{ {prefix}0: {{ to: lan, dhcp: true }} }}");
        }

        return [.. to.Many.Select((plug, at) => Make(context, ns, string.Create(CultureInfo.InvariantCulture, $"{prefix}{at}"), plug.Key.At,
            new InterfaceValues(new Located<SegmentText>(LocatorScalars.ToSegment(plug.Key.Value), plug.Key.At), plug.Value, null, null)))];
    }

    InterfaceDraft Make(ReadContext context, string ns, string name, TextRange at, InterfaceValues values) => new()
    {
        Namespace = ns,
        Name = name,
        At = at,
        To = values.To,
        Addresses = values.Addresses,
        Mac = values.Mac ?? MacAddress.Derive(context.Topology, ns, name),
        Dhcp = values.Dhcp,
        GivenMtu = values.Mtu,
        GivenVlans = values.Vlans,
        Spanning = values.Spanning,
        Impair = values.Impair,
        Model = values.Model ?? model,
    };

    /// <summary>How others reach whoever has them: the first IPv4 address in order, else the first address.</summary>
    public static IPAddress? MainAddress(ImmutableArray<InterfaceDraft> interfaces)
    {
        IPAddress? first = null;
        foreach (InterfaceDraft one in interfaces)
        {
            foreach (Located<InterfaceAddress> address in one.Addresses)
            {
                if (!address.Value.IsV6)
                {
                    return address.Value.Address;
                }

                first ??= address.Value.Address;
            }
        }

        return first;
    }
}
