using System.Runtime.InteropServices;
using Tmds.Linux;
using Vdeorch.Linux.Namespaces;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Netlink;

/// <summary>
/// Tells in which network namespaces links, addresses, routes, rules or queueing disciplines have changed. One socket hears of all that were named to it,
/// and keeps none of them alive. One user at a time.
/// </summary>
/// <remarks>
/// netlink(7), NETLINK_LISTEN_ALL_NSID: the kernel passes on what happens in namespaces that have a number where the socket was opened, to who has
/// CAP_NET_BROADCAST over both. It tells before the system call that changes something returns; what the kernel does by itself later, later.
/// Of a link that is down it does not tell when its alias changes.
/// </remarks>
public sealed unsafe class NamespaceEvents : IDisposable
{
    static ReadOnlySpan<int> Groups =>
    [
        EventAbi.Links, EventAbi.Qdiscs, EventAbi.AddressesV4, EventAbi.RoutesV4, EventAbi.RulesV4, EventAbi.AddressesV6, EventAbi.RoutesV6, EventAbi.RulesV6,
        EventAbi.NamespaceIds,
    ];

    /// <summary><c>struct sockaddr_nl</c>.</summary>
    const int AddressBytes = 12;

    // Of a message only its beginning is read.
    const int BufferBytes = 256;
    const int WantedBytes = 4 * 1024 * 1024;

    readonly NetlinkSocket _asked;
    readonly NetlinkSocket _heard;

    NamespaceEvents(NetlinkSocket asked, NetlinkSocket heard) => (_asked, _heard) = (asked, heard);

    /// <summary>Hears where the calling thread stands.</summary>
    /// <returns>Null where the kernel does not tell: it is too old, or this thread may not listen.</returns>
    public static NamespaceEvents? TryOpen()
    {
        NetlinkSocket heard = NetlinkSocket.Open();
        int fd = heard.Fd.Number;
        int on = 1;
        if (setsockopt(fd, RouteAbi.SolNetlink, EventAbi.ListenAllNamespaces, &on, sizeof(int)) < 0)
        {
            heard.Dispose();
            return null;
        }

        // What does not fit is lost, and said to be: then all has to be looked at.
        int wanted = WantedBytes;
        if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(int)) < 0)
        {
            _ = setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(int));
        }

        // What is told to all goes past a socket without an address; the kernel chooses one.
        byte* any = stackalloc byte[AddressBytes];
        new Span<byte>(any, AddressBytes).Clear();
        *(ushort*)any = (ushort)AF_NETLINK;
        if (bind(fd, (sockaddr*)any, AddressBytes) < 0)
        {
            heard.Dispose();
            return null;
        }

        foreach (int group in Groups)
        {
            if (setsockopt(fd, RouteAbi.SolNetlink, EventAbi.AddMembership, &group, sizeof(int)) < 0)
            {
                heard.Dispose();
                return null;
            }
        }

        return new NamespaceEvents(NetlinkSocket.Open(), heard);
    }

    /// <summary>From now on changes in it are heard.</summary>
    /// <returns>Its number in <see cref="TryHear"/>, until it ends; null when it could not be given one.</returns>
    public int? Name(NetNamespace ns)
    {
        (int error, _) = _asked.Ask(new MessageWriter(EventAbi.NewNamespaceId, RouteAbi.Request | RouteAbi.Acknowledge)
            .Append(new IdHeader()).Attribute(EventAbi.NamespaceFd, ns.Fd.Number).Attribute(EventAbi.NamespaceId, EventAbi.AnyId));
        if (error != 0 && error != EEXIST)
        {
            return null;
        }

        int? id = null;
        (error, _) = _asked.Ask(new MessageWriter(EventAbi.GetNamespaceId, RouteAbi.Request | RouteAbi.Acknowledge).Append(new IdHeader()).Attribute(EventAbi.NamespaceFd, ns.Fd.Number),
            body => id = Id(body));
        return error == 0 && id >= 0 ? id : null;
    }

    /// <summary>Does not wait.</summary>
    /// <param name="changed">Numbers of namespaces in which something has changed since the last time, or which have ended, are added.</param>
    /// <returns>False when some of it was lost: anything may have changed.</returns>
    public bool TryHear(ISet<int> changed)
    {
        bool isWhole = true;
        byte* buffer = stackalloc byte[BufferBytes];
        byte* control = stackalloc byte[BufferBytes];
        while (true)
        {
            iovec into = new() { iov_base = buffer, iov_len = BufferBytes };
            msghdr header = default;
            header.msg_iov = &into;
            header.msg_iovlen = 1;
            header.msg_control = control;
            header.msg_controllen = BufferBytes;
            long count = recvmsg(_heard.Fd.Number, &header, MSG_DONTWAIT);
            if (count < 0)
            {
                int error = errno;
                if (error == EAGAIN)
                {
                    return isWhole;
                }

                if (error != EINTR && error != ENOBUFS)
                {
                    throw new LinuxException(error, "recvmsg", "rtnetlink events");
                }

                isWhole &= error == EINTR;
                continue;
            }

            if (From(&header) is { } from)
            {
                changed.Add(from);
            }

            // One that ends says so where it had the number. Cut off, a message is shorter than it says: its head is read by itself.
            if (count >= sizeof(MessageHeader) && MemoryMarshal.Read<MessageHeader>(new ReadOnlySpan<byte>(buffer, (int)count)) is { Type: EventAbi.DelNamespaceId } message
                && Id(new ReadOnlySpan<byte>(buffer, (int)Math.Min(count, message.Length))[sizeof(MessageHeader)..]) is { } ended)
            {
                changed.Add(ended);
            }
        }
    }

    public void Dispose()
    {
        _asked.Dispose();
        _heard.Dispose();
    }

    static int? From(msghdr* header)
    {
        for (cmsghdr* part = CMSG_FIRSTHDR(header); part is not null; part = CMSG_NXTHDR(header, part))
        {
            if (part->cmsg_level == RouteAbi.SolNetlink && part->cmsg_type == EventAbi.ListenAllNamespaces)
            {
                return *(int*)CMSG_DATA(part);
            }
        }

        return null;
    }

    static int? Id(ReadOnlySpan<byte> body)
    {
        if (MessageReader.TrySplit(body, out IdHeader _, out AttributeReader attributes))
        {
            while (attributes.MoveNext())
            {
                if (attributes.Type == EventAbi.NamespaceId)
                {
                    return attributes.As<int>();
                }
            }
        }

        return null;
    }

    /// <summary><c>struct rtgenmsg</c>, padded as netlink does.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 4)]
    struct IdHeader
    {
        public byte Family;
    }
}
