using System.Text;
using Vdeorch.Model.Diagnostics;

namespace Vdeorch.Model.Schemas;

/// <summary>What files of a namespace are called.</summary>
internal static class FileScalars
{
    const int MaxPartBytes = 255; // NAME_MAX, linux/limits.h
    const int MaxBytes = 1024;
    const string Below = "etc/";

    public static readonly ScalarSchema<string> PathKey = new("a path below etc/", ReadPath, value => value, () => Scalars.Pattern("etc(/(?!\\.{1,2}(/|$))[^/\\x00-\\x1f]+)+"));

    static Problem? ReadPath(ScalarText text, out string value)
    {
        value = text.Text;
        string path = text.Text;
        if (path.StartsWith('/') || path.StartsWith('~'))
        {
            string rest = path.TrimStart('/', '~');
            return Bad($"{Quoted.Text(path)} is absolute: paths here begin at the namespace's own view of the host", rest.StartsWith(Below, StringComparison.Ordinal) ? $"write {rest}" : "for example etc/motd");
        }

        string[] parts = path.Split('/');
        if (parts.Contains(".."))
        {
            return Bad($"{Quoted.Text(path)} climbs out with '..'", "write where it leads: etc/motd");
        }

        if (parts[0] != "etc")
        {
            return Bad($"{Quoted.Text(path)} is not below etc/, the one directory of which a namespace has a view of its own", $"put it below etc/, and tell the program: etc/{parts[^1]}");
        }

        return parts.Length < 2 || parts.Any(part => part is "" or ".") ? Bad($"{Quoted.Text(path)} names no file", "for example etc/motd")
            : path.Any(char.IsControl) ? Bad($"{Quoted.Text(path)} has a control character in it", null)
            : Encoding.UTF8.GetByteCount(path) > MaxBytes || parts.Any(part => Encoding.UTF8.GetByteCount(part) > MaxPartBytes) ? Bad("is too long: a name has 255 bytes at most, a path 1024", null)
            : null;
    }

    static Problem Bad(string message, string? suggestion) => new(DiagnosticCatalog.BadFile, message, suggestion);
}
