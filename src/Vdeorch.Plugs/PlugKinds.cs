using System.Collections.Immutable;
using Vdeorch.Linux.Io;
using Vdeorch.Plugs.Taps;

namespace Vdeorch.Plugs;

/// <param name="Name">As in <see cref="Vdeorch.Model.Runtime.PortSettings.Plug"/>.</param>
/// <param name="Open">Takes ownership of the descriptor, unless it throws <see cref="Vdeorch.Linux.LinuxException"/>.</param>
public sealed record PlugKind(string Name, Func<Fd, IPlug> Open);

/// <summary>The kinds there are.</summary>
public static class PlugKinds
{
    public static readonly ImmutableArray<PlugKind> All =
    [
        TapPlug.Kind,
    ];

    public static PlugKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);
}
