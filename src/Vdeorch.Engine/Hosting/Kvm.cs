namespace Vdeorch.Engine.Hosting;

/// <summary>Why guests cannot run on the host's own processors, and what to type.</summary>
public sealed record KvmLack(string Found, string Fix);

/// <summary>Whether this host lets us run guests on its processors.</summary>
public static class Kvm
{
    public const string Device = "/dev/kvm";

    /// <summary>Opens the device, which makes nothing. Null: it opens; whether a guest then runs is another matter.</summary>
    public static KvmLack? Look()
    {
        if (!File.Exists(Device))
        {
            return new($"there is no {Device}: the host has no KVM, or its module is not loaded", "sudo modprobe kvm-intel, or kvm-amd; in a virtual machine, let it have nested virtualisation");
        }

        try
        {
            using FileStream kvm = new(Device, FileMode.Open, FileAccess.ReadWrite);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new($"{Device} is not for this user", $"sudo adduser {Environment.UserName} kvm, and log in again");
        }
    }

    /// <summary>The same in one line for people; null: it opens.</summary>
    internal static string? Complaint => Look() is { } lack ? $"{lack.Found} ({lack.Fix})" : null;
}
