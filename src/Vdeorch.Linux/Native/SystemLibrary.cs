using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Native;

/// <summary>Shared libraries that a host may have or not. Once loaded they stay.</summary>
internal static class SystemLibrary
{
    /// <param name="names">The first that loads is it.</param>
    /// <param name="package">Debian's, for whoever lacks it.</param>
    /// <exception cref="LibraryMissingException">None does.</exception>
    public static nint Load(string package, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint handle))
            {
                return handle;
            }
        }

        throw new LibraryMissingException($"needs {names[0]}, which this host has not; Debian has it in the package '{package}': apt install {package}");
    }
}
