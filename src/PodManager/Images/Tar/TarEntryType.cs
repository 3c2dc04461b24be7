namespace PodManager.Images.Tar;

/// <summary>What an archive's entry is.</summary>
internal enum TarEntryType
{
    File,
    HardLink,
    SymbolicLink,
    CharacterDevice,
    BlockDevice,
    Directory,
    Fifo,
}
