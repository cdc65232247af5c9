using Vdeorch.Linux.Native;

namespace Vdeorch.Linux.Namespaces;

/// <summary>Which namespace it is: the file behind its descriptor. Unique among those alive; the kernel gives a number again once one has ended.</summary>
public readonly record struct NamespaceIdentity(ulong Device, ulong Inode)
{
    internal static NamespaceIdentity Of(in Statx file) => new(((ulong)file.DeviceMajor << 32) | file.DeviceMinor, file.Inode);
}
