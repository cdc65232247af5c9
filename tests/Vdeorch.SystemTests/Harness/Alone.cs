using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>For what measures time or loss, or changes the host: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
