using System.Text;
using Vdeorch.Linux.Unix;

namespace Vdeorch.Cli.Inputs;

/// <summary>Puts a new text in the place of a file's: whole or not at all, whatever happens meanwhile.</summary>
static class RewrittenFile
{
    /// <param name="path">A regular file, or symbolic links that lead to one; they stay.</param>
    /// <exception cref="IOException">It is no regular file, its directory is not ours to write in, or the disk is full. The file is what it was.</exception>
    /// <remarks>The file keeps its mode and, as far as we may, its owner. Other hard links keep the old text.</remarks>
    public static void Write(string path, string text)
    {
        string target = UnixFile.RealPath(path);
        if (UnixFile.Status(target) is not { IsRegular: true } old)
        {
            throw new IOException($"'{path}' is no regular file, which could be written anew; with '-' the result goes to standard output");
        }

        string beside = $"{Path.GetDirectoryName(target)}/.{Path.GetFileName(target)}.{Environment.ProcessId}.new";
        try
        {
            WriteNew(beside, text);
            // Others' files that we may write stay theirs only for root. A change of owner takes bits of the mode away, so the mode comes last.
            _ = UnixFile.TrySetOwner(beside, old.Uid, old.Gid);
            _ = UnixFile.TrySetMode(beside, old.Mode);
            File.Move(beside, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _ = UnixFile.TryUnlink(beside);
            string why = e is UnauthorizedAccessException ? $"it takes the right to make files in {Path.GetDirectoryName(target)}" : e.Message;
            throw new IOException($"'{path}' cannot be written anew: {why}", e);
        }
    }

    static void WriteNew(string path, string text)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using FileStream stream = new(path, options);
        stream.Write(Encoding.UTF8.GetBytes(text));
        // Else a crash soon after the rename could leave nothing under the name.
        stream.Flush(flushToDisk: true);
    }
}
