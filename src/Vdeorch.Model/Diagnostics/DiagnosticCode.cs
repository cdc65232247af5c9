namespace Vdeorch.Model.Diagnostics;

/// <summary>One entry of <see cref="DiagnosticCatalog"/>: one row of the codes in docs/language.md.</summary>
/// <param name="Code"><c>VDE</c> and four digits; never given to another meaning.</param>
/// <param name="Title">A few words, lower case.</param>
/// <param name="Explanation">What it means and what would do, in whole sentences.</param>
public sealed record DiagnosticCode(string Code, Severity Severity, string Title, string Explanation);
