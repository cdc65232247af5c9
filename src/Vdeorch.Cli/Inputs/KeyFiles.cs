using Vdeorch.Linux;
using Vdeorch.Model.Reading;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Wrappers;

namespace Vdeorch.Cli.Inputs;

/// <summary>Looks at key files as the plugs that open them will: at their permissions, and at how much of a key is in them.</summary>
sealed class KeyFiles : IKeyFiles
{
    public KeyFile? Look(string argument)
    {
        string path;
        try
        {
            path = AgnoKey.PathOf(argument);
        }
        catch (PlugException)
        {
            // There is no home, which is said when it is opened.
            return null;
        }

        int mode;
        try
        {
            mode = (int)File.GetUnixFileMode(path) & 0b111_111_111;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return new KeyFile(KeyFileState.Missing, 0, 0, 0);
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return new KeyFile(KeyFileState.Unreadable, 0, 0, 0);
        }

        try
        {
            byte[] bytes = AgnoKey.ReadFile(argument);
            return new KeyFile(KeyFileState.Readable, mode, bytes.Length, bytes.Count(letter => char.IsAsciiHexDigit((char)letter))) { IsWireguard = KeyFile.HasWireguard(bytes) };
        }
        catch (LinuxException)
        {
            return new KeyFile(KeyFileState.Unreadable, mode, 0, 0);
        }
    }
}
