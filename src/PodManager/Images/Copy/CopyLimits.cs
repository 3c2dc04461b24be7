using Common.Native;

namespace PodManager.Images.Copy;

/// <summary>What is not copied.</summary>
internal static class CopyLimits
{
    // More than any path has; each level takes some open files and some of the stack.
    private const int DeepestDirectory = 1000;

    /// <exception cref="PodctlException">Somebody has made a tree that nobody can walk.</exception>
    public static void CheckDepth(int depth)
    {
        if (depth > DeepestDirectory)
        {
            throw CopyRefusal.Of($"directories are nested deeper than {DeepestDirectory} levels, which is not copied");
        }
    }

    public static string LeftOut(CopyNode node, byte[] path) => $"left out '{ByteText.Escape(path)}', a {(node.Status.Type == FileStatus.Socket ? "socket" : "device")}";

    /// <summary>A name in a directory; an empty path is where paths begin.</summary>
    public static byte[] Join(byte[] directory, byte[] name) => directory.Length == 0 ? name : [.. directory, (byte)'/', .. name];
}
