using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Planning;

namespace Vdeorch.Engine.Observing;

/// <summary>What the last looks at one topology saw, each with what tells whether it is still so. For any thread.</summary>
/// <param name="thread">Hears what changes in namespaces.</param>
internal sealed class WorldMemory(NamespaceThread thread) : IDisposable
{
    public NamespaceMemory Namespaces { get; } = new(thread);

    /// <summary>What the plug runtime told; null: nothing yet. The runtime itself says whether it is still so.</summary>
    public ToldState? Runtime { get; set; }

    public HostsMemory Hosts { get; } = new();

    /// <summary>Of its last plan; for who holds the topology.</summary>
    public Alikes Alikes { get; } = new();

    public void Dispose() => Namespaces.Dispose();
}
