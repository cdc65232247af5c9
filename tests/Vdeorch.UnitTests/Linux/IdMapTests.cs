using Vdeorch.Linux.Credentials;
using Xunit;

namespace Vdeorch.UnitTests.Linux;

public class IdMapTests
{
    static readonly IdMap s_subordinate = IdMap.Parse(["         0       1000          1", "         1     231072      65536"]);
    static readonly IdMap s_own = IdMap.Parse(["1000 1000 1"]);

    [Fact]
    public void WhatIsInsideIsTranslatedBothWays()
    {
        Assert.Equal([1000u, 231072u], new uint[] { 0, 1 }.Select(s_subordinate.Outside));
        Assert.Equal([0u, 1u, null, null], new uint[] { 1000, 231072, 0, 1 }.Select(s_subordinate.Inside));
        Assert.Equal((1000u, null), (s_own.Inside(1000), s_own.Inside(0)));
    }

    [Fact]
    public void TheNumberThatStandsForAllOthersIsNobodys()
    {
        Assert.Null(s_subordinate.Outside(IdMap.Unmapped));
        Assert.Null(s_own.Outside(IdMap.Unmapped));
        Assert.Equal(IdMap.Unmapped, IdMap.Same.Outside(IdMap.Unmapped));
        Assert.Equal(231072u + 65533, s_subordinate.Own(IdMap.Unmapped));
    }

    [Fact]
    public void AGroupOrUserThatTheNamespaceHasNotIsAnError()
    {
        HostIds ids = new(s_own, s_own, 1000, 1000);

        Assert.Equal(1000u, ids.FileGroup("1000", out _));
        Assert.Equal(1000u, ids.ClientUser("1000", out _));
        Assert.Null(ids.FileGroup("1", out string? group));
        Assert.StartsWith("group 1 does not exist where this switch is made: an ordinary user's switches are made in a user namespace", group, StringComparison.Ordinal);
        Assert.Null(ids.ClientUser("0", out string? user));
        Assert.StartsWith("user 0 cannot be told from others where this switch is made", user, StringComparison.Ordinal);
        Assert.Null(ids.ClientGroup("1", out string? members));
        Assert.StartsWith("nobody who is in group 1 can be told from others", members, StringComparison.Ordinal);
    }

    [Fact]
    public void RootHasTheHostsIdsAsTheyAre()
    {
        HostIds ids = new(IdMap.Same, IdMap.Same, 0, 0);

        Assert.Equal((1u, 65534u, 7u), (ids.FileGroup("1", out _)!.Value, ids.ClientUser("65534", out _)!.Value, ids.ClientGroup("7", out _)!.Value));
    }
}
