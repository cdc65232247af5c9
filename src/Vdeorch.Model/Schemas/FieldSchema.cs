using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Schemas;

/// <summary>One key of an object in a topology file.</summary>
internal abstract class FieldSchema(string key)
{
    public string Key => key;

    /// <summary>One sentence, without the type and the default: those are said from the schema.</summary>
    public required string Description { get; init; }

    /// <summary>A value as a file would have it.</summary>
    public required string Example { get; init; }

    /// <summary>What changing it costs; null where the question has no answer (checks, names).</summary>
    public OnChange? Cost { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>What happens without the key, where that is not a value.</summary>
    public string? Otherwise { get; init; }

    public abstract ValueSchema Value { get; }

    /// <summary>As a file would write it; null when there is none.</summary>
    public abstract string? DefaultText { get; }
}

internal sealed class FieldSchema<T>(string key, ValueSchema<T> value) : FieldSchema(key)
{
    T? _default;
    bool _hasDefault;

    public ValueSchema<T> Schema => value;

    public override ValueSchema Value => value;

    /// <summary>What <see cref="ObjectReader.Get"/> gives when the key is absent or its value is wrong.</summary>
    public T? Default
    {
        get => _default;
        init
        {
            _default = value;
            _hasDefault = true;
        }
    }

    public override string? DefaultText => _hasDefault ? value.Print(_default!) : null;
}
