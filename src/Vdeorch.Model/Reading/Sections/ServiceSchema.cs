using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Programs of a namespace.</summary>
/// <example><code>
/// services:
///   echo: { run: [socat, "TCP-LISTEN:7,fork", "EXEC:cat"], ready: { tcp: 7 }, restart: always, env: { LANG: C } }
/// </code></example>
internal static class ServiceSchema
{
    public static readonly FieldSchema<ImmutableArray<Located<string>>> Run = new("run", Command())
    {
        Description = "The program and its arguments. No shell reads them.",
        Example = "[socat, \"TCP-LISTEN:7,fork\", \"EXEC:cat\"]",
        IsRequired = true,
        Cost = OnChange.Restart,
    };

    static readonly FieldSchema<Located<int>> s_tcp = new("tcp", Scalars.Integer(1, 65535))
    {
        Description = "Ready when this port accepts a connection inside the namespace.",
        Example = "7",
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_exec = new("exec", Command())
    {
        Description = "Ready when this command exits with 0 inside the namespace.",
        Example = "[test, -e, /run/echo.pid]",
    };

    static readonly ObjectSchema<ReadySpec?> s_ready = new("namespaces.NAME.services.NAME.ready", "when it is ready", [s_tcp, s_exec], ReadReady)
    {
        Shape = new KeyShape { ExactlyOne = [["tcp", "exec"]] },
        Later = ["http", "log"],
    };

    public static readonly FieldSchema<ReadySpec?> Ready = new("ready", s_ready)
    {
        Description = "When the started service counts as ready: `tcp` or `exec`.",
        Otherwise = "as soon as it runs",
        Example = "{ tcp: 7 }",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<Located<RestartPolicy>> Restart = new("restart", Scalars.OneOf(
        [.. new[] { RestartPolicy.No, RestartPolicy.OnFailure, RestartPolicy.Always }.Select(policy => (ServiceSpec.PrintRestart(policy), policy))]))
    {
        Description = "What to do when it ends. Restarts back off.",
        Default = RestartPolicy.OnFailure,
        Example = "always",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<ImmutableArray<MapItem<Located<string>>>> Env = new("env", new MapSchema<Located<string>>(Scalars.VariableKey, Scalars.Text))
    {
        Description = "Environment variables, beside PATH, HOME and LANG.",
        Example = "{ PORT: 8080 }",
        Cost = OnChange.Restart,
    };

    /// <summary>Namespace, name and dependencies are set where they are known.</summary>
    public static readonly ObjectSchema<ServiceDraft> Service = new("namespaces.NAME.services.NAME", "a service", [Run, Env, Ready, HealthSchema.OfServices, DependencySchema.OfServices, Restart, LimitSchema.Field], ReadService)
    {
        Later = ["user", "directory", "files"],
    };

    public static ImmutableArray<IObjectSchema> Objects => [Service, s_ready];

    static ServiceDraft ReadService(ObjectReader reader)
    {
        ImmutableArray<string> run = ReadCommand(reader, Run);
        var spec = new ServiceSpec("", "", run)
        {
            Limits = LimitSchema.Read(reader),
            Ready = reader.Get(Ready),
            Restart = reader.Get(Restart).Value,
            Env = reader.List(Env).ToImmutableSortedDictionary(item => item.Key.Value, item => item.Value.Value, StringComparer.Ordinal),
        };
        return new ServiceDraft(spec, reader.Get(HealthSchema.OfServices), reader.List(DependencySchema.OfServices));
    }

    static ReadySpec? ReadReady(ObjectReader reader)
    {
        if (reader.Has(s_tcp) == reader.Has(s_exec))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_exec), "ready takes exactly one of tcp and exec", "for example ready: { tcp: 7 }");
            return null;
        }

        return reader.Has(s_exec) ? new ReadySpec(null, ReadCommand(reader, s_exec)) : new ReadySpec(reader.Get(s_tcp).Value, []);
    }

    public static ImmutableArray<string> ReadCommand(ObjectReader reader, FieldSchema<ImmutableArray<Located<string>>> field)
    {
        if (!reader.TryGet(field, out ImmutableArray<Located<string>> words))
        {
            return [];
        }

        // An item that could not be read has its own diagnostic.
        if (reader.ValueOf(field) is ListNode { Items.IsEmpty: true } || (!words.IsEmpty && words[0].Value.Length == 0))
        {
            reader.Context.Report(DiagnosticCatalog.BadCommand, reader.ValueOf(field)!.Range, $"{field.Key} names no program", $"for example {field.Key}: {field.Example}");
        }

        return [.. words.Select(word => word.Value)];
    }

    public static EitherSchema<ImmutableArray<Located<string>>> Command() =>
        new(new ListSchema<Located<string>>(Scalars.Text) { Fewest = 1 }, Scalars.Program.As(program => ImmutableArray.Create(program)));
}

/// <param name="Spec">A rule fills in its health and what it waits for.</param>
internal sealed record ServiceDraft(ServiceSpec Spec, HealthDraft? Health, ImmutableArray<DependencyDraft> DependsOn);
