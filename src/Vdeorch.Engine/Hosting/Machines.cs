using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Hosting;

/// <summary>What this host has of what machines are made of.</summary>
public static class Machines
{
    /// <returns>Which images of a topology's machines are not there; null when all are.</returns>
    public static string? Complaint(Topology wished) => Joined(wished.Machines.Select(Complaint));

    /// <returns>Which machines insist on KVM where there is none; null when no one does.</returns>
    internal static string? Lack(Topology wished) => Joined(wished.Machines.Select(Lack));

    static string? Joined(IEnumerable<string?> complaints) => complaints.OfType<string>().ToArray() is { Length: > 0 } all ? string.Join("; ", all) : null;

    /// <summary>The same with the absolute paths of its images: <c>~/</c> is the home of the user whose engine this is.</summary>
    internal static MachineSpec AtHome(MachineSpec machine) => machine with
    {
        Disks = [.. machine.Disks.Select(disk => disk with { Path = AtHome(disk.Path)! })],
        Cdrom = AtHome(machine.Cdrom),
        Kernel = AtHome(machine.Kernel),
        Initrd = AtHome(machine.Initrd),
    };

    static string? AtHome(string? path) => path?.StartsWith("~/", StringComparison.Ordinal) == true && Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? $"{home}{path[1..]}" : path;

    /// <returns>Null: all of its images are there.</returns>
    internal static string? Complaint(MachineSpec machine)
    {
        foreach ((string key, string path) in AtHome(machine).Images)
        {
            if (Unreadable(path) is { } why)
            {
                return $"{machine.Id}: {key} '{path}' {why}";
            }
        }

        return null;
    }

    internal static string? Lack(MachineSpec machine) =>
        machine.Accel == Accelerator.Kvm && Kvm.Complaint is { } complaint ? $"{machine.Id}: accel: kvm, but {complaint}; accel: auto translates where KVM is not" : null;

    static string? Unreadable(string path)
    {
        if (!File.Exists(path))
        {
            return Directory.Exists(path) ? "is a directory, not an image" : "is not there";
        }

        try
        {
            using FileStream image = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return "may not be read by this user";
        }
    }
}
