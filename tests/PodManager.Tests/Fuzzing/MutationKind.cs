namespace PodManager.Tests.Fuzzing;

/// <summary>What is done to an input.</summary>
internal enum MutationKind
{
    /// <summary>One bit is turned.</summary>
    FlipBit,

    /// <summary>One byte is replaced.</summary>
    SetByte,

    /// <summary>All behind the position is lost.</summary>
    Truncate,

    /// <summary>A range is lost.</summary>
    Delete,

    /// <summary>A range is there twice.</summary>
    Duplicate,

    /// <summary>A range of another seed is put in.</summary>
    Splice,

    /// <summary>A range becomes that of another seed.</summary>
    Overwrite,

    /// <summary>A word that means something to the parser is put in.</summary>
    InsertWord,

    /// <summary>A word that means something to the parser is written over what is there.</summary>
    OverwriteWord,

    /// <summary>The next number becomes an extreme one, whatever its length.</summary>
    ReplaceNumber,

    /// <summary>The next number becomes an extreme one of the same length.</summary>
    OverwriteNumber,

    /// <summary>What stands behind the next colon or equals sign becomes a word that means something to the parser.</summary>
    ReplaceValue,

    /// <summary>Checksums stay wrong, where there are any.</summary>
    LeaveChecksums,
}
