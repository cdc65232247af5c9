using CsCheck;
using Vdeorch.Plugs.Public;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

public class PortBookTests
{
    const uint Alice = 1000;
    const uint Bob = 1001;
    const uint Lab = 500;

    [Fact]
    public void AnyPortIsTheLowestThatIsFree()
    {
        PortBook book = Book(4);

        Assert.Equal([1, 2, 3, 4, null], Enumerable.Range(0, 5).Select(_ => Enter(book, null, Alice)));
        book.Leave(2);
        Assert.Equal(2, Enter(book, null, Bob));
    }

    [Fact]
    public void PortsOfInterfacesAreNotGivenAway()
    {
        PortBook book = Book(4);

        Assert.Equal(2, book.TryEnter(null, Alice, port => port == 1));
        Assert.Null(book.TryEnter(1, 0, port => port == 1));
    }

    [Fact]
    public void APortMayBeAskedForUpToTheLast()
    {
        PortBook book = Book(4);

        Assert.Equal(4, Enter(book, 4, Alice));
        Assert.Null(Enter(book, 5, Alice));
        Assert.Null(Enter(book, -1, Alice));
        Assert.Null(Enter(book, 0x7F_FFFF, 0));
    }

    [Fact]
    public void ManagementIsForWhomAsksForItAlone()
    {
        PortBook book = Book(1);

        Assert.Equal(0, Enter(book, PortBook.Management, Alice));
        Assert.Equal(1, Enter(book, null, Alice));
        Assert.Null(Enter(book, null, Alice));
    }

    [Fact]
    public void APortIsSharedByOneUserUntilHeHasLeft()
    {
        PortBook book = Book(4);
        Assert.Equal(3, Enter(book, 3, Alice));
        Assert.Equal(3, Enter(book, 3, Alice));
        Assert.Null(Enter(book, 3, Bob));
        Assert.Null(Enter(book, 3, 0));

        Assert.False(book.Leave(3));
        Assert.Null(Enter(book, 3, Bob));
        Assert.True(book.Leave(3));
        Assert.Equal(3, Enter(book, 3, Bob));
    }

    [Fact]
    public void WhoIsNotKnownSharesWithNobody()
    {
        PortBook book = Book(4);
        Assert.Equal(1, Enter(book, null, null));
        Assert.Null(Enter(book, 1, null));
        Assert.Equal(2, Enter(book, null, null));
    }

    [Theory]
    [InlineData(Alice, true)]
    [InlineData(Bob, false)]
    [InlineData(0u, true)]
    [InlineData(null, false)]
    public void AUsersPortIsHisAndRoots(uint? user, bool isLetIn)
    {
        PortBook book = Book(4);
        book.SetOwners([new(2, new PortBook.Owner(User: Alice))]);

        Assert.Equal(isLetIn ? 2 : null, Enter(book, 2, user));
    }

    [Theory]
    [InlineData(Alice, true)]
    [InlineData(Bob, false)]
    [InlineData(0u, true)]
    [InlineData(null, false)]
    public void AGroupsPortIsItsMembers(uint? user, bool isLetIn)
    {
        PortBook book = Book(4);
        book.SetOwners([new(2, new PortBook.Owner(Group: Lab))]);

        Assert.Equal(isLetIn ? 2 : null, Enter(book, 2, user));
    }

    [Fact]
    public void AnyPortPassesOverThoseThatAreForOthersOrReserved()
    {
        PortBook book = Book(4);
        book.SetOwners([new(1, new PortBook.Owner(User: Bob)), new(2, new PortBook.Owner(IsReserved: true))]);

        Assert.Equal(3, Enter(book, null, Alice));
        Assert.Equal(2, Enter(book, 2, Alice));
    }

    [Fact]
    public void WhatAPortsOwnerIsOutlivesWhoWasOnIt()
    {
        PortBook book = Book(4);
        book.SetOwners([new(2, new PortBook.Owner(User: Alice))]);
        Enter(book, 2, Alice);
        book.Leave(2);

        Assert.Null(Enter(book, 2, Bob));
    }

    [Fact]
    public void NobodyIsEverOnAPortWithAnotherUser() =>
        Gen.Select(Gen.Int[-1, 5], Gen.UInt[0, 3], Gen.Bool).Array[0, 60].Sample(steps =>
        {
            PortBook book = Book(4);
            List<(int Port, uint User)> there = [];
            foreach ((int wanted, uint user, bool leaves) in steps)
            {
                if (leaves && there.Count > 0)
                {
                    Assert.Equal(there.Count(other => other.Port == there[0].Port) == 1, book.Leave(there[0].Port));
                    there.RemoveAt(0);
                }
                else if (Enter(book, wanted < 0 ? null : wanted, user) is { } port)
                {
                    Assert.InRange(port, 0, 4);
                    Assert.True(wanted < 0 ? there.All(other => other.Port != port) : port == wanted);
                    there.Add((port, user));
                }
                Assert.All(there.GroupBy(one => one.Port), group => Assert.Single(group.Select(one => one.User).Distinct()));
            }
        });

    static PortBook Book(int count) => new(count, (user, group) => (user, group) == (Alice, Lab));

    static int? Enter(PortBook book, int? wanted, uint? user) => book.TryEnter(wanted, user, _ => false);
}
