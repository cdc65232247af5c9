using Vdeorch.Model.Reading;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Wrappers;

namespace Vdeorch.Cli.Inputs;

/// <summary>Looks at the permissions of key files, and not into them.</summary>
sealed class KeyFiles : IKeyFiles
{
    public int? ModeOf(string argument)
    {
        try
        {
            string path = AgnoKey.PathOf(argument);
            return File.Exists(path) ? (int)File.GetUnixFileMode(path) & 0b111_111_111 : null;
        }
        catch (Exception unseen) when (unseen is PlugException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
