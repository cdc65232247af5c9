using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;

namespace Vdeorch.Engine.Enforcing;

/// <summary>One table of the family inet in a network namespace. Others that are there are never touched.</summary>
static class NftTable
{
    const string Family = "inet";

    /// <summary>Puts a ruleset in the table's place, in one transaction: no packet finds half of it, or none.</summary>
    /// <param name="ruleset">The table, whole.</param>
    /// <exception cref="LinuxException">nft is missing, or refused; then nothing has changed.</exception>
    public static Task LoadAsync(NetNamespace ns, string table, string ruleset, CancellationToken ct) =>
        Nft.RunAsync(table, ns.Fd, ["-f", "-"], $"table {Family} {table}\ndelete table {Family} {table}\n{ruleset}", ct);

    /// <summary>Takes it away; one that is not there is fine.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    public static Task RemoveAsync(NetNamespace ns, string table, CancellationToken ct) =>
        Nft.RunAsync(table, ns.Fd, ["-f", "-"], $"table {Family} {table}\ndelete table {Family} {table}\n", ct);

    /// <summary>As nft prints it, without what packets change.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="LinuxException">nft is missing.</exception>
    public static async Task<string?> ListAsync(NetNamespace ns, string table, CancellationToken ct)
    {
        try
        {
            return await Nft.RunAsync(table, ns.Fd, ["-s", "list", "table", Family, table], "", ct);
        }
        catch (LinuxException none) when (none.Errno == Linux.Io.Errnos.Invalid)
        {
            return null;
        }
    }

    /// <summary>Names of those of the family.</summary>
    /// <exception cref="LinuxException">nft is missing.</exception>
    public static async Task<string[]> NamesAsync(NetNamespace ns, CancellationToken ct)
    {
        string printed = await Nft.RunAsync("tables", ns.Fd, ["list", "tables", Family], "", ct);
        return [.. printed.Split('\n').Select(line => line.Split(' ')).Where(words => words is ["table", Family, _]).Select(words => words[2])];
    }
}
