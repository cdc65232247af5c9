using Vdeorch.Engine.Supervising;
using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Reconciling;

/// <summary>
/// Network namespaces that somebody else made, taken into a topology as they live: a pin of ours for the same namespace, and a mark in it. They are changed
/// as ours are, and let go of instead of taken down; what others made in them is left alone.
/// </summary>
internal static class NamespaceAdoption
{
    const int LongestAlias = 255; // linux/include/uapi/linux/if.h: IFALIASZ, with its end

    /// <param name="ns">What it is called in the topology.</param>
    /// <param name="path">Where it is: a pin, or a file under /proc/PID/ns.</param>
    /// <param name="interfaces">That the topology is to have in it.</param>
    /// <exception cref="AdoptionException">It is not to be had; nothing was changed.</exception>
    public static async Task AdoptAsync(TopologyKeeper keeper, string ns, string path, IReadOnlySet<string> interfaces)
    {
        string pin = keeper.Run.Pin(keeper.Name, ns);
        string mark = Marks.Adopted(keeper.Run, keeper.Name, ns);
        try
        {
            using NetNamespace there = NetNamespace.Open(path);
            if (there.Identity == ProcFs.Namespace(Environment.ProcessId, "net"))
            {
                throw new AdoptionException($"'{path}' is the host's own network namespace, which no topology has");
            }

            if (Pins.List(keeper.Run.Pins).Contains(Path.GetFileName(pin)))
            {
                throw new AdoptionException($"topology '{keeper.Name}' has a namespace '{ns}' already: '{pin}'");
            }

            if (mark.Length > LongestAlias)
            {
                throw new AdoptionException($"the path of the run directory is too long for a mark in '{path}'");
            }

            await keeper.Kernel.RunAsync(there, () => Mark(path, mark, interfaces));
            try
            {
                Pins.Bind(there, pin);
            }
            catch
            {
                await keeper.Kernel.RunAsync(there, () => Alias(""));
                throw;
            }
        }
        catch (LinuxException refused) when (refused.Errno is Errno.NotPermitted or Errno.AccessDenied && keeper.Run.IsRootless)
        {
            throw new AdoptionException($"'{path}' cannot be entered ({refused.Message}): without root only a network namespace that belongs to the user namespace of this user's engine can be; do it as root");
        }
        catch (Exception refused) when (refused is LinuxException or IOException or UnauthorizedAccessException)
        {
            throw new AdoptionException(refused.Message);
        }
    }

    /// <summary>Takes what vdeorch made out of an adopted namespace: interfaces, rules, its mark. Its pin is left.</summary>
    /// <returns>False, and nothing was done: there is none, or it is ours altogether.</returns>
    public static async Task<bool> LetGoAsync(TopologyKeeper keeper, string ns)
    {
        using NetNamespace? there = NetNamespace.TryOpen(keeper.Run.Pin(keeper.Name, ns));
        return there is not null && await keeper.Kernel.RunAsync(there, () => Clean(keeper, ns));
    }

    // On the thread that is inside, and all that follow.
    static bool Mark(string path, string mark, IReadOnlySet<string> interfaces)
    {
        using RouteReader reader = RouteReader.Open();
        IReadOnlyList<LinkInfo> links = reader.Links();
        string? alias = links.Single(link => link.Name == "lo").Alias;
        // Its own, without a pin: an engine was killed between the two.
        if (!string.IsNullOrEmpty(alias) && alias != mark)
        {
            throw new AdoptionException(Marks.OwnerOf(alias) is { } owner ? $"'{path}' is {owner} already" : $"the alias of 'lo' in '{path}' is '{alias}', and vdeorch writes its mark there; take that away first");
        }

        if (links.FirstOrDefault(link => interfaces.Contains(link.Name)) is { } taken)
        {
            throw new AdoptionException($"'{path}' has an interface '{taken.Name}' already that vdeorch did not make, and the file asks for one of that name: call that differently, or leave it out");
        }

        return Alias(mark);
    }

    static bool Alias(string alias)
    {
        using RouteReader reader = RouteReader.Open();
        using RouteWriter writer = RouteWriter.Open();
        writer.SetLink(reader.Links().Single(link => link.Name == "lo").Index, new LinkChange { Alias = alias });
        return true;
    }

    static bool Clean(TopologyKeeper keeper, string ns)
    {
        using RouteReader reader = RouteReader.Open();
        IReadOnlyList<LinkInfo> links = reader.Links();
        if (links.FirstOrDefault(link => link.Name == "lo")?.Alias != Marks.Adopted(keeper.Run, keeper.Name, ns))
        {
            return false;
        }

        using RouteWriter writer = RouteWriter.Open();
        foreach (LinkInfo link in links.Where(link => link.Alias == Marks.Interface(keeper.Run, keeper.Name, ns, link.Name)))
        {
            writer.DeleteLink(link.Index);
        }

        foreach (RuleInfo rule in reader.Rules().Where(rule => rule.Protocol == Marks.RouteProtocol))
        {
            writer.RemoveRule(rule);
        }

        return Alias("");
    }
}

/// <summary>A namespace that is not to be had; nothing was changed.</summary>
internal sealed class AdoptionException(string message) : Exception(message);
