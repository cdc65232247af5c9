using System.Collections.Immutable;

namespace Vdeorch.Model.Uvdels;

/// <summary>Locators from text.</summary>
public static class UvdelParser
{
    public const int MaxNesting = 16;

    /// <summary>As libvdeplug reads it: what it swallows is swallowed. For command lines, where the original's users must find everything as it was.</summary>
    /// <param name="files">Where an indirection and the home defaults are looked up.</param>
    /// <returns>Null with the first problem.</returns>
    public static Uvdel? ParseCompatible(string text, IUvdelFiles files, out UvdelProblem? problem)
    {
        CompatibleReader reader = new(files);
        Uvdel? read = reader.Read(text);
        problem = reader.Problem;
        return problem is null ? read : null;
    }

    /// <summary>As topology files have it: everything that libvdeplug would swallow, and everything the scheme's table does not allow, is a problem.</summary>
    /// <returns>Null when <paramref name="problems"/>, in the order they stand in the text, holds any.</returns>
    public static Uvdel? ParseStrict(string text, out ImmutableArray<UvdelProblem> problems)
    {
        StrictReader reader = new(text);
        Uvdel? read = reader.Read();
        problems = [.. reader.Problems.OrderBy(problem => problem.At.Start)];
        return problems.IsEmpty ? read : null;
    }

    internal const string Separator = "://";
}

/// <summary>The door to the disk for locators without a scheme. Implemented above, because the model touches no file.</summary>
public interface IUvdelFiles
{
    /// <summary>Whether anything, a dangling link included, has this name (lstat).</summary>
    bool Exists(string path);

    /// <summary>The first line of a regular file, at most 4,095 bytes, its end-of-line byte included; null when it is none or cannot be read.</summary>
    string? FirstLine(string path);

    /// <summary>$HOME; null when unset.</summary>
    string? Home { get; }
}
