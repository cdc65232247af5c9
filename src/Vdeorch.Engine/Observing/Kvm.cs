namespace Vdeorch.Engine.Observing;

/// <summary>Whether this host lets us run guests on its processors.</summary>
internal static class Kvm
{
    public const string Device = "/dev/kvm";

    /// <summary>Null: it does; else why not, for people.</summary>
    public static string? Complaint
    {
        get
        {
            if (!File.Exists(Device))
            {
                return $"there is no {Device}: the host has no KVM, or its module is not loaded (modprobe kvm-intel, kvm-amd)";
            }

            try
            {
                using FileStream kvm = new(Device, FileMode.Open, FileAccess.ReadWrite);
                return null;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                return $"{Device} is not for this user: whoever is in the group that owns it may (adduser USER kvm)";
            }
        }
    }
}
