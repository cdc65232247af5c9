using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Vdeorch.SystemTests.Harness;

/// <summary>As whom vdeorch is run. Everything that is promised to an ordinary user is tested as one.</summary>
public enum Who
{
    Root,

    /// <summary>Nobody special: no subordinate ids, so the user namespace maps the user onto itself.</summary>
    User,

    /// <summary>With a range in /etc/subuid and /etc/subgid, so that inside the user is root.</summary>
    UserWithIds,
}

/// <summary>Runs a theory once as each kind of user.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EveryoneAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Enum.GetValues<Who>().Select(who => new TheoryDataRow<Who>(who))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>Runs a theory as root and as one ordinary user: for what does not depend on how ids are mapped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootAndUserAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow<Who>(Who.Root), new TheoryDataRow<Who>(Who.User)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
