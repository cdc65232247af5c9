using Vdeorch.Model.Uvdels;

namespace Vdeorch.UnitTests.Uvdels;

/// <summary>A disk of a few regular files, by name.</summary>
sealed class UvdelDisk(params (string Path, string FirstLine)[] regular) : IUvdelFiles
{
    public string? Home { get; init; }

    /// <summary>Names that are taken, by whatever.</summary>
    public string[] Taken { get; init; } = [];

    public bool Exists(string path) => Taken.Contains(path) || regular.Any(file => file.Path == path);

    public string? FirstLine(string path) => regular.Where(file => file.Path == path).Select(file => file.FirstLine).FirstOrDefault();
}
