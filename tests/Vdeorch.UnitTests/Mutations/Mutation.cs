using System.Collections.Immutable;
using Vdeorch.Model.Reading;

namespace Vdeorch.UnitTests.Mutations;

/// <summary>Who has to notice.</summary>
[Flags]
enum Catchers
{
    /// <summary>Nobody: it means the same.</summary>
    None = 0,
    Program = 1,
    Schema = 2,
    Both = Program | Schema,
}

/// <summary>All the ways in which files are changed here, and who has to notice each.</summary>
enum MutationClass
{
    /// <summary>A map, list or scalar where another stood.</summary>
    WrongKind,

    /// <summary>A word where a number or boolean stood.</summary>
    WrongType,

    /// <summary>One less than the least, one more than the most.</summary>
    OutOfRange,

    /// <summary>A word that is none of those known.</summary>
    NotOneOf,

    /// <summary>A text that has not the shape: <c>%</c>.</summary>
    WrongShape,

    /// <summary><c>~</c>, where no template may lie below.</summary>
    Nothing,

    UnknownKey,

    MisspeltKey,

    /// <summary>A name that people give, with letters that no name has.</summary>
    WrongName,

    /// <summary>A required key becomes an <c>x-</c> key.</summary>
    MissingKey,

    /// <summary>Of keys of which exactly one has to be there, that one becomes an <c>x-</c> key.</summary>
    MissingChoice,

    DuplicateKey,

    /// <summary>What refers to an object is written wrong.</summary>
    MisspeltReference,

    /// <summary>The object that others refer to has another name.</summary>
    RenamedObject,

    /// <summary>The scheme of a locator is none.</summary>
    UnknownScheme,

    /// <summary>An octet above 255, a prefix too long.</summary>
    ImpossibleAddress,

    /// <summary>The address of another interface of the segment.</summary>
    DuplicateAddress,

    /// <summary>A gateway that no interface reaches.</summary>
    FarGateway,

    /// <summary>An expression that is not closed, or uses what is not there.</summary>
    BadExpression,

    // What means the same:
    Quoted,
    OtherRadix,
    OtherUnit,
    ListOfOne,
    OtherCase,
    EmptyForNothing,
}

/// <summary>One change of one file.</summary>
/// <param name="Text">The file, changed.</param>
/// <param name="Places">Where an error has to be: at the change, at its key, or at what refers to it; in the changed text.</param>
/// <param name="Path">The section and the name that it is in, for validators that need not see more.</param>
sealed record Mutation(MutationClass Class, string Text, ImmutableArray<TextRange> Places, (string Section, string? Name) Path, string Shown)
{
    /// <summary>A name that is no more: an error may be wherever it is still spoken of. Null: none.</summary>
    public string? Former { get; init; }

    public Catchers Catchers => Class switch
    {
        MutationClass.WrongKind or MutationClass.WrongType or MutationClass.OutOfRange or MutationClass.NotOneOf or MutationClass.WrongShape or MutationClass.Nothing
            or MutationClass.UnknownKey or MutationClass.MisspeltKey or MutationClass.WrongName or MutationClass.MissingKey or MutationClass.MissingChoice => Catchers.Both,
        >= MutationClass.Quoted => Catchers.None,
        _ => Catchers.Program,
    };

    public override string ToString() => $"{Class}: {Shown}";
}
