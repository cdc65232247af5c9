using Xunit;

namespace Vdeorch.SystemTests.Kernel;

/// <summary>Tests that count descriptors, children and namespaces of this process, and so want it to themselves.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class KernelCollection
{
    public const string Name = "Kernel";
}
