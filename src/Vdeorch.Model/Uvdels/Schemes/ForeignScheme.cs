namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>libvdeplug:myplug://argument</c>: the plugin of that name of the system's libvdeplug, whatever its argument means to it.</summary>
public static class ForeignScheme
{
    /// <summary>In front of a scheme: the system's plugin, also where there is a plug of that name here.</summary>
    public const string Prefix = "libvdeplug:";

    /// <summary>VDE_MAXMTU and an Ethernet header: what a caller of libvdeplug has room for.</summary>
    const int MaxFrameBytes = 9216 + 14;

    /// <summary>As a file's name takes it, with room for what libvdeplug puts around it.</summary>
    const int MaxNameBytes = 64;

    /// <returns>What is known of such a plugin's locators; null when the name is none that a plugin could have.</returns>
    internal static UvdelScheme? Find(string scheme) =>
        scheme.StartsWith(Prefix, StringComparison.Ordinal) && IsPlugin(scheme.AsSpan(Prefix.Length))
            ? new UvdelScheme(scheme, UvdelForm.Raw)
            {
                Summary = "A plugin of the system's libvdeplug, in a process of its own.",
                Example = $"{scheme}://",
                ArgumentText = "whatever the plugin takes",
                ArgumentDefault = "the plugin's own",
                MaxFrame = _ => MaxFrameBytes,
            }
            : null;

    /// <summary>Behind the error about an unknown scheme.</summary>
    internal static string Hint(string scheme) =>
        scheme.StartsWith(Prefix, StringComparison.Ordinal) ? "a plugin's name has letters, digits, '_', '-', '+' and '.', a letter or digit first"
        : $"a plugin of the system's libvdeplug is written {Prefix}{(IsPlugin(scheme) ? scheme : "NAME")}://…";

    // No path: libvdeplug makes a file's name of it.
    static bool IsPlugin(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxNameBytes || !char.IsAsciiLetterOrDigit(name[0]))
        {
            return false;
        }
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '+' or '.'))
            {
                return false;
            }
        }
        return true;
    }
}
