namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary>Names as the kernel takes them for interfaces.</summary>
static class InterfaceNames
{
    const int MaxBytes = 15;

    /// <returns>What is wrong with a name; null when nothing is.</returns>
    public static string? Check(string text) =>
        System.Text.Encoding.UTF8.GetByteCount(text) > MaxBytes ? $"'{text}' is longer than the {MaxBytes} bytes of an interface's name"
        : text is "." or ".." || text.Any(c => c is '/' or ':' or '%' || char.IsWhiteSpace(c) || char.IsControl(c)) ? $"'{text}' has a character that no interface's name has"
        : null;
}
