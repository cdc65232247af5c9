using Vdeorch.Engine.Observing;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Hosting;

/// <summary>What this host has of what machines are made of.</summary>
public static class Machines
{
    /// <returns>What is missing for a topology's machines, each by its name; null when nothing is.</returns>
    public static string? Complaint(Topology wished)
    {
        string[] all = [.. wished.Machines.Select(Complaint).OfType<string>()];
        return all.Length == 0 ? null : string.Join("; ", all);
    }

    /// <summary>The same with the absolute paths of its images: <c>~/</c> is the home of the user whose engine this is.</summary>
    internal static MachineSpec AtHome(MachineSpec machine) => machine with
    {
        Disks = [.. machine.Disks.Select(disk => disk with { Path = AtHome(disk.Path)! })],
        Cdrom = AtHome(machine.Cdrom),
        Kernel = AtHome(machine.Kernel),
        Initrd = AtHome(machine.Initrd),
    };

    static string? AtHome(string? path) => path?.StartsWith("~/", StringComparison.Ordinal) == true && Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? $"{home}{path[1..]}" : path;

    /// <returns>Null: it lacks nothing.</returns>
    internal static string? Complaint(MachineSpec machine)
    {
        foreach ((string key, string path) in AtHome(machine).Images)
        {
            if (Unreadable(path) is { } why)
            {
                return $"{machine.Id}: {key} '{path}' {why}";
            }
        }

        return machine.Accel == Accelerator.Kvm && Kvm.Complaint is { } complaint ? $"{machine.Id}: accel: kvm, but {complaint}; accel: auto translates where KVM is not" : null;
    }

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
