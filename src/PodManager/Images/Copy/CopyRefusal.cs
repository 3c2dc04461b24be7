namespace PodManager.Images.Copy;

/// <summary>What is wrong with something that was to be copied, in words for the user.</summary>
internal static class CopyRefusal
{
    public static PodctlException Of(string what, string? hint = null) => new(ExitCode.Failed, what, hint);

    public static PodctlException OnDirectory(string shown) => Of($"cannot put a file in the place of the directory '{shown}'", "try --overwrite");

    public static PodctlException OnFile(string shown) => Of($"cannot put a directory in the place of the file '{shown}'", "try --overwrite");
}
