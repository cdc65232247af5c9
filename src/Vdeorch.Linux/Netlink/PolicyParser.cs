using System.Net;

namespace Vdeorch.Linux.Netlink;

/// <summary>From the bodies of messages on rules and queueing disciplines to records. Pure. A body that makes no sense gives nothing.</summary>
internal static class PolicyParser
{
    /// <summary>Rules of IPv4 and IPv6; those of multicast routing are no business of anybody here.</summary>
    public static void Rule(ReadOnlySpan<byte> body, List<RuleInfo> into)
    {
        if (!MessageReader.TrySplit(body, out RuleHeader head, out AttributeReader attributes) || head.Family is not (RouteAbi.Inet or RouteAbi.Inet6))
        {
            return;
        }

        IPNetwork? source = null, destination = null;
        uint priority = 0, mark = 0, table = head.Table;
        byte protocol = 0;
        bool isPlain = head is { Action: PolicyAbi.ToTable, Tos: 0 } && (head.Flags & PolicyAbi.Inverted) == 0;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case PolicyAbi.RuleSource: source = Network(attributes.Value, head.SourceLength); break;
                case PolicyAbi.RuleDestination: destination = Network(attributes.Value, head.DestinationLength); break;
                case PolicyAbi.RulePriority: priority = attributes.As<uint>(); break;
                case PolicyAbi.RuleMark: mark = attributes.As<uint>(); break;
                case PolicyAbi.RuleTable: table = attributes.As<uint>(); break;
                case PolicyAbi.RuleProtocol: protocol = attributes.As<byte>(); break;
                case PolicyAbi.RuleMarkMask: isPlain &= attributes.As<uint>() == uint.MaxValue; break;
                case PolicyAbi.RuleSuppressedPrefix: isPlain &= attributes.As<int>() == -1; break;
                case PolicyAbi.RulePadding: break;
                default: isPlain = false; break;
            }
        }

        into.Add(new RuleInfo(head.Family == RouteAbi.Inet6, priority, source, destination, mark, table, protocol) { IsPlain = isPlain, Body = body.ToArray() });
    }

    /// <summary>Those that have a handle: what the kernel gives an interface by itself has none.</summary>
    public static void Qdisc(ReadOnlySpan<byte> body, List<QdiscInfo> into)
    {
        if (!MessageReader.TrySplit(body, out QdiscHeader head, out AttributeReader attributes) || head.Handle == 0 || head.Parent is not (PolicyAbi.Root or PolicyAbi.Ingress))
        {
            return;
        }

        string kind = "";
        while (attributes.MoveNext())
        {
            kind = attributes.Type == PolicyAbi.QdiscKind ? attributes.AsText() : kind;
        }

        into.Add(new QdiscInfo(head.Index, kind, head.Parent));
    }

    static IPNetwork? Network(ReadOnlySpan<byte> address, int length)
    {
        if (address.Length is not (4 or 16) || length > address.Length * 8)
        {
            return null;
        }

        Span<byte> masked = stackalloc byte[address.Length];
        address.CopyTo(masked);
        for (int bit = length; bit < masked.Length * 8; bit++)
        {
            masked[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(masked), length);
    }
}

/// <summary>The requests that change rules and queueing disciplines. Pure.</summary>
internal static class PolicyMessages
{
    const ushort Plain = RouteAbi.Request | RouteAbi.Acknowledge;

    public static MessageWriter AddRule(RuleInfo rule)
    {
        RuleHeader head = new()
        {
            Family = rule.IsV6 ? RouteAbi.Inet6 : RouteAbi.Inet,
            SourceLength = (byte)(rule.Source?.PrefixLength ?? 0),
            DestinationLength = (byte)(rule.Destination?.PrefixLength ?? 0),
            Table = rule.Table <= byte.MaxValue ? (byte)rule.Table : (byte)0,
            Action = PolicyAbi.ToTable,
        };
        MessageWriter message = new MessageWriter(PolicyAbi.NewRule, Plain | RouteAbi.Create | RouteAbi.Exclusive).Append(head)
            .Attribute(PolicyAbi.RulePriority, rule.Priority).Attribute(PolicyAbi.RuleTable, rule.Table).Attribute(PolicyAbi.RuleProtocol, rule.Protocol);
        if (rule.Source is { PrefixLength: > 0 } source)
        {
            message.Attribute(PolicyAbi.RuleSource, source.BaseAddress.GetAddressBytes());
        }

        if (rule.Destination is { PrefixLength: > 0 } destination)
        {
            message.Attribute(PolicyAbi.RuleDestination, destination.BaseAddress.GetAddressBytes());
        }

        return rule.Mark == 0 ? message : message.Attribute(PolicyAbi.RuleMark, rule.Mark);
    }

    /// <summary>By all that the kernel tells of it, so that no other goes in its place.</summary>
    public static MessageWriter RemoveRule(RuleInfo rule)
    {
        ReadOnlySpan<byte> body = rule.Body.Span;
        MessageReader.TrySplit(body, out RuleHeader head, out AttributeReader attributes);
        // The rest of the flags is the kernel's to say, and not to be told.
        head.Flags &= PolicyAbi.Inverted;
        MessageWriter message = new MessageWriter(PolicyAbi.DelRule, Plain).Append(head);
        while (attributes.MoveNext())
        {
            bool isNothing = attributes.Type == PolicyAbi.RulePadding || (attributes.Type == PolicyAbi.RuleSuppressedPrefix && attributes.As<int>() == -1);
            _ = isNothing ? message : message.Attribute(attributes.Type, attributes.Value);
        }

        return message;
    }

    public static MessageWriter RemoveQdisc(QdiscInfo qdisc) =>
        new MessageWriter(PolicyAbi.DelQdisc, Plain).Append(new QdiscHeader { Index = qdisc.Index, Parent = qdisc.Parent });
}
