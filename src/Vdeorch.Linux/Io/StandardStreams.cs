using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Io;

/// <summary>Descriptors 0, 1 and 2, which belong to the process as a whole.</summary>
public static class StandardStreams
{
    /// <summary>Standard error goes to /dev/null from now on, and whoever read it meets the end.</summary>
    public static void SilenceError()
    {
        using Fd nothing = Descriptors.OpenNull();
        if (dup2(nothing.Number, 2) < 0)
        {
            throw new LinuxException(errno, "dup2", "standard error");
        }
    }
}
