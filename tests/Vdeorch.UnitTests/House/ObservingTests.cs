using Mono.Cecil;
using Xunit;

namespace Vdeorch.UnitTests.House;

/// <summary>Whoever only looks holds nothing that could change the world: `plan` stands on these folders alone.</summary>
public class ObservingTests
{
    static readonly string[] s_looking = ["Vdeorch.Engine.Observing"];

    // Types by which something can be changed, whatever one does with them.
    static readonly string[] s_changingTypes =
    [
        "Vdeorch.Linux.Netlink.RouteWriter", "Vdeorch.Linux.Processes.Spawner", "Vdeorch.Linux.Taps.Tap", "Vdeorch.Linux.Mounts.MountPoint",
        "Vdeorch.Linux.Namespaces.Anchor", "System.Diagnostics.Process", "System.IO.StreamWriter",
    ];

    // Members of types that can also look.
    static readonly (string Type, string[] Members)[] s_changingMembers =
    [
        ("Vdeorch.Linux.Namespaces.Pins", ["Remove", "PrepareDirectory"]),
        ("Vdeorch.Linux.Namespaces.NamespaceThread", ["Create"]),
        ("Vdeorch.Linux.Processes.ProcessHandle", ["Signal", "SignalGroup"]),
        ("Vdeorch.Linux.Io.SeqPacketSocket", ["Listen"]),
        ("System.IO.File", ["Delete", "Move", "Copy", "Create", "Open", "OpenWrite", "Replace", "SetUnixFileMode", "WriteAllText", "WriteAllBytes", "WriteAllLines", "AppendAllText", "AppendAllLines"]),
        ("System.IO.Directory", ["Delete", "Move", "CreateDirectory", "CreateTempSubdirectory"]),
        ("Vdeorch.Engine.Hosting.RunDirectory", ["Ensure"]),
        ("Vdeorch.Engine.Enforcing.CloudGuard", ["EnforceAsync", "ReleaseAsync"]),
        ("Vdeorch.Engine.Notes.Applied", ["Write"]),
        ("Vdeorch.Engine.Notes.ServiceExit", ["Write", "Forget"]),
    ];

    [Fact]
    public void WhoeverObservesHoldsNothingThatChanges()
    {
        using AssemblyDefinition engine = Read("Vdeorch.Engine");

        Assert.DoesNotContain(Looking(engine).SelectMany(References), reference => s_changingTypes.Contains(reference.Type)
            || s_changingMembers.Any(changing => changing.Type == reference.Type && changing.Members.Any(member => reference.Member == member || reference.Member == $"{member}Async")));
    }

    [Fact]
    public void TheFoldersAndNamesOfThisTestExist()
    {
        using AssemblyDefinition engine = Read("Vdeorch.Engine");
        using AssemblyDefinition linux = Read("Vdeorch.Linux");
        Dictionary<string, TypeDefinition> ours = engine.MainModule.GetTypes().Concat(linux.MainModule.GetTypes()).Where(type => IsOurs(type.FullName)).ToDictionary(type => type.FullName);

        Assert.True(Looking(engine).Count() > 5);
        Assert.All(s_changingTypes.Where(IsOurs), type => Assert.Contains(type, ours.Keys));
        Assert.All(s_changingMembers.Where(changing => IsOurs(changing.Type)), changing =>
            Assert.All(changing.Members, member => Assert.Contains(ours[changing.Type].Methods, method => method.Name == member)));
    }

    static bool IsOurs(string type) => type.StartsWith("Vdeorch.", StringComparison.Ordinal);

    // Nested types are lambdas and state machines of their parents.
    static IEnumerable<TypeDefinition> Looking(AssemblyDefinition assembly) =>
        assembly.MainModule.GetTypes().Where(type => s_looking.Contains(Outermost(type).Namespace));

    static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } parent ? Outermost(parent) : type;

    static IEnumerable<(string In, string Type, string Member)> References(TypeDefinition type) =>
    [
        .. type.Fields.Select(field => (type.FullName, field.FieldType.FullName, "")),
        .. type.Methods.SelectMany(method => method.Parameters.Select(parameter => (method.FullName, parameter.ParameterType.FullName, ""))),
        .. type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions
            .Select(instruction => instruction.Operand)
            .OfType<MemberReference>()
            .Where(member => member.DeclaringType is not null)
            .Select(member => (method.FullName, member.DeclaringType.FullName, member.Name))),
    ];

    static AssemblyDefinition Read(string name) =>
        AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
}
