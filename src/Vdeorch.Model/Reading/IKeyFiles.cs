namespace Vdeorch.Model.Reading;

/// <summary>The door to the disk for warnings about key files. Implemented above, because the model touches no file.</summary>
public interface IKeyFiles
{
    /// <param name="argument">As <c>agno://</c> has it: a path from / or ~, or "" for the default.</param>
    /// <returns>The permission bits; null when there is no such file, or it cannot be looked at.</returns>
    int? ModeOf(string argument);
}
