using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;
using Xunit;

namespace Vdeorch.UnitTests.Linux;

public class LinuxTextTests
{
    [Fact]
    public void ARefusalNamesOperationSubjectAndError()
    {
        Assert.Equal("TUNSETIFF on 'tap0': Operation not permitted (EPERM)", new LinuxException(1, "TUNSETIFF", "tap0").Message);
        Assert.Equal("mount on '/x': Invalid argument (EINVAL): a word more", new LinuxException(22, "mount", "/x", "a word more").Message);
    }

    [Fact]
    public void SubordinateIdsAreFoundByNameAndByNumber()
    {
        string[] lines = ["# not an entry", "ada:100000:65536", "bob:200000:65536", "1000:300000:10", "ada:broken:1", "ada:5:0", ""];

        Assert.Equal([(100000u, 65536u), (300000u, 10u)], IdRanges.Of(lines, "ada", 1000));
        Assert.Equal([(300000u, 10u)], IdRanges.Of(lines, null, 1000));
        Assert.Empty(IdRanges.Of(lines, "eve", 7));
    }

    [Fact]
    public void RootInsideIsTheUserAndTheRangesFollow() =>
        Assert.Equal(["0", "1000", "1", "1", "100000", "65536", "65537", "300000", "10"], IdRanges.Map(1000, [(100000, 65536), (300000, 10)]));
}
