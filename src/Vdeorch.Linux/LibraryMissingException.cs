namespace Vdeorch.Linux;

/// <summary>A shared library that something needs is not installed. The message says which, and the package that has it.</summary>
public sealed class LibraryMissingException(string message) : IOException(message);
