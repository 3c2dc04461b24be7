namespace Common.Contract;

/// <summary>What of an app somebody is attached to.</summary>
[Flags]
internal enum AttachTargets : byte
{
    None = 0,
    Stdin = 1,
    Stdout = 2,
    Stderr = 4,
    TtyIn = 8,
    TtyOut = 16,
}
