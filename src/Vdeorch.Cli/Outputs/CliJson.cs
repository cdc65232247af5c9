using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Cli.Outputs;

/// <summary>What <c>-o json</c> writes where it is not an answer of the engine; docs/cli.md shows each. A change that breaks readers raises the number.</summary>
static class JsonFormat
{
    public const int Current = 1;
}

/// <param name="Valid">No file has an error.</param>
sealed record DiagnosticsReport(int Format, bool Valid, ImmutableArray<DiagnosticLine> Diagnostics);

/// <param name="Line">From 1; 0 for the file as a whole.</param>
/// <param name="Column">From 1, in UTF-16 code units.</param>
sealed record DiagnosticLine(string Code, string Severity, string File, int Line, int Column, int Length, string Message, string? Suggestion, string? Excerpt, string? Note)
{
    public static DiagnosticLine Of(Diagnostic d) =>
        new(d.Code, d.Severity == Model.Diagnostics.Severity.Error ? "error" : "warning", d.File, d.Span.Line, d.Span.Column, d.Span.Length, d.Message, d.Suggestion, d.Excerpt, d.Note);
}

/// <param name="Plan">The same shape as in the answer to apply.</param>
/// <param name="Diagnostics">Warnings; a file with errors has a <see cref="DiagnosticsReport"/> instead.</param>
sealed record PlanReport(int Format, string File, PlanSummary Summary, Plan Plan, ImmutableArray<DiagnosticLine> Diagnostics, ImmutableArray<string> Notes)
{
    /// <summary>With it the report can be applied, exactly; null where it is not a plan to apply.</summary>
    public TopologyInput? Input { get; init; }

    /// <summary>The part of the topology it is for.</summary>
    public Selection Selection { get; init => field = value ?? Selection.Everything; } = Selection.Everything;
}

sealed record PlanSummary(int Create, int Update, int Replace, int Delete, int Keep)
{
    public static PlanSummary Of(Plan plan) =>
        new(plan.Count(PlanAction.Create), plan.Count(PlanAction.Update), plan.Count(PlanAction.Replace), plan.Count(PlanAction.Delete), plan.Count(PlanAction.Keep));
}

/// <param name="Engine">Null when none runs.</param>
sealed record EngineReport(int Format, EngineStatus? Engine);

/// <param name="Stopped">False when there was none to stop.</param>
sealed record StopReport(int Format, bool Stopped);

/// <param name="Yaml">The topology in its long form.</param>
sealed record RenderReport(int Format, string Topology, string Yaml, ImmutableArray<DiagnosticLine> Diagnostics);

/// <param name="Directory">Absolute, as <paramref name="File"/> is.</param>
/// <param name="Files">What lies beside the topology's file, relative to it.</param>
/// <param name="LeftOut">Key files that it expects beside it, and that were not copied.</param>
/// <param name="Notes">What no file can say, and what is still to be done, for people.</param>
sealed record ExportReport(int Format, string Topology, string Directory, string File, ImmutableArray<string> Files, ImmutableArray<LeftOutLine> LeftOut, ImmutableArray<string> Notes);

/// <param name="Path">Where it is expected, relative to the topology's file.</param>
/// <param name="Source">Where it is on this host.</param>
sealed record LeftOutLine(string Path, string Source);

sealed record FormatReport(int Format, ImmutableArray<FormatLine> Files);

/// <param name="Changed">It was not in its canonical form.</param>
/// <param name="Text">Of standard input, unless something else was asked for.</param>
/// <param name="Diff">As patch(1) takes it; null unless asked for.</param>
sealed record FormatLine(string File, bool Changed, bool Written, string? Text, string? Diff);

/// <param name="Mode"><c>root</c> or <c>rootless</c>.</param>
/// <param name="Able">Nothing that is needed fails.</param>
sealed record DoctorReport(int Format, string Mode, bool Able, ImmutableArray<FindingLine> Findings);

/// <param name="Verdict"><c>ok</c>, <c>warn</c> or <c>fail</c>.</param>
/// <param name="Fix">What to type; null when there is nothing to do.</param>
sealed record FindingLine(string Subject, string Verdict, string Found, string? Fix);

/// <param name="Layers">Outermost first.</param>
/// <param name="Overhead">Bytes, of all layers together, at worst.</param>
/// <param name="Mtu">Null: any that an interface takes.</param>
sealed record LocatorReport(int Format, string Locator, ImmutableArray<LayerLine> Layers, int Overhead, int? Mtu, int LinkMtu);

/// <param name="Parameters">Those that are not there have their default.</param>
sealed record LayerLine(string Scheme, string Summary, int Overhead, ImmutableArray<SettingLine> Parameters);

/// <param name="Name">Null for what stands behind <c>://</c>.</param>
/// <param name="Value">Null: neither set, nor has it a default.</param>
sealed record SettingLine(string? Name, string? Value, bool IsGiven, string Description);

/// <param name="Compatible">What libvdeplug makes of it; null when it refuses it too.</param>
sealed record LocatorProblems(int Format, string Locator, ImmutableArray<LocatorProblemLine> Problems, string? Compatible);

/// <param name="Column">From 1, in UTF-16 code units.</param>
sealed record LocatorProblemLine(int Column, int Length, string Message);

sealed record CodeReport(int Format, string Code, string Severity, string Title, string Explanation);

/// <summary>All that a word is: a kind of object, a key, a scheme. Null what it is not.</summary>
sealed record KindReport(int Format, KindReference? Kind, WordReference? Key, SchemeLine? Scheme);

sealed record SchemeLine(string Name, string Summary, string Example, ImmutableArray<SchemeParameterLine> Parameters);

/// <param name="Name">Null for what stands behind <c>://</c>.</param>
/// <param name="Takes">Null for a flag.</param>
sealed record SchemeParameterLine(string? Name, string? Takes, string? Default, string Description);

/// <param name="Source"><c>namespace/service</c>, or <c>runtime</c>.</param>
sealed record LogLine(string Source, string Text);

/// <param name="Macs">Null unless asked for.</param>
sealed record CountersReport(int Format, string Topology, ImmutableArray<PortCountersLine> Ports, ImmutableArray<MacLine>? Macs);

/// <param name="Switch">Null: unplugged.</param>
/// <param name="Port">Its number there.</param>
/// <param name="Drops">By reason; those without any are left out.</param>
/// <param name="Held">Frames on their way on an impaired link; null where there is none.</param>
/// <param name="Macs">How many addresses the switch has learned on it.</param>
/// <param name="Rates">Since the look before; null in the first.</param>
sealed record PortCountersLine(
    string? Switch, int Port, string Name, long RxFrames, long RxBytes, long TxFrames, long TxBytes, long Dropped, ImmutableSortedDictionary<string, long> Drops, int? Held, int Macs, RatesLine? Rates);

/// <summary>A second.</summary>
sealed record RatesLine(double RxFrames, double RxBits, double TxFrames, double TxBits, double Dropped);

/// <param name="Vlan">Null where the switch is not VLAN-aware.</param>
sealed record MacLine(string Switch, string Port, string Mac, int? Vlan, long AgeMs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DiagnosticsReport))]
[JsonSerializable(typeof(PlanReport))]
[JsonSerializable(typeof(EngineReport))]
[JsonSerializable(typeof(StopReport))]
[JsonSerializable(typeof(RenderReport))]
[JsonSerializable(typeof(ExportReport))]
[JsonSerializable(typeof(FormatReport))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(LocatorReport))]
[JsonSerializable(typeof(LocatorProblems))]
[JsonSerializable(typeof(CodeReport))]
[JsonSerializable(typeof(KindReport))]
[JsonSerializable(typeof(CountersReport))]
sealed partial class CliJson : JsonSerializerContext;
