using System.Text;
using Vdeorch.Engine.Observing;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>The one /etc/hosts of a topology's namespaces: one write for each apply, however many there are.</summary>
internal static class HostsWriter
{
    const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // In place: programs that run have the inode mounted, and find new names at once.
    public static void Write(ApplyContext context)
    {
        string path = context.Run.Hosts(context.Topology);
        if (context.Wished is not { Namespaces.IsEmpty: false } wished || (File.Exists(path) && !context.MaySet(new ResourceId(Kinds.Runtime, context.Topology), HostNames.Path)))
        {
            return;
        }

        byte[] text = Encoding.UTF8.GetBytes(HostsObserver.Text(wished, context.Keeper.Memory.Hosts));
        if (File.Exists(path) && text.AsSpan().SequenceEqual(File.ReadAllBytes(path)))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.Write(text);
            stream.SetLength(text.Length);
        }

        File.SetUnixFileMode(path, ForAll);
    }
}
