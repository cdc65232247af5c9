using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Plugs.Overlays;

/// <summary>A vxvde for one group of users. What keeps others out is a kernel module, or rules that whoever opens the plug has made; never this process.</summary>
static class VxvdexPlug
{
    public static readonly PlugKind Kind = new("vxvdex", (uvdel, opening) => Open(VxvdexScheme.Options(uvdel), opening));

    /// <summary>AF_NETBEUI, which the module has taken over.</summary>
    const int ModuleFamily = 13;

    static VxvdePlug Open(VxvdeOptions options, PlugOpening opening)
    {
        try
        {
            return VxvdePlug.Open(options, new VxvdePlug.Manner("vxvdex", ModuleFamily));
        }
        catch (LinuxException absent) when (absent.Errno == Errnos.NoSuchFamily)
        {
            return opening.MayOpenUnenforced
                ? VxvdePlug.Open(options, new VxvdePlug.Manner("vxvdex", IsAlone: true))
                : throw new LinuxException(absent.Errno, absent.Operation, absent.Subject,
                    "the kernel module vxvdex is not loaded, so nothing would keep users outside the group out; load it, "
                    + "let vdeorch enforce the same as root (a cloud in a topology), or use vxvde:// with grp=, which is the same network unguarded");
        }
    }
}
