using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>For what uses the paths of topologies/ as they stand there, or boots guests: one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class Talk
{
    public const string Name = "talk";
}
