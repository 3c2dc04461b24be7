namespace PodManager.Images.Copy;

/// <summary>What a copy does with its destination.</summary>
internal enum CopyWay
{
    /// <summary>The source becomes what the destination names; of a directory, with all that is in it.</summary>
    As,

    /// <summary>The source goes into the destination, under its own name.</summary>
    Into,

    /// <summary>What is in the source goes into the destination.</summary>
    Content,

    /// <summary>Refused: `file → missing/`.</summary>
    NoSuchDirectory,

    /// <summary>Refused: `file → file/`.</summary>
    NoDirectory,

    /// <summary>Refused: a directory on a file.</summary>
    DirectoryOnFile,
}
