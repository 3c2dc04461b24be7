using Common.Native;
using static Tmds.Linux.LibC;

namespace Stage1.Mounts;

/// <summary>
/// A root directory whose content is not trusted, such as an image's. Every path is resolved by the kernel inside it (openat2(2)), and what is mounted
/// goes on the descriptor that was found, never on a name that could have changed.
/// </summary>
internal sealed class SafeRoot : IDisposable
{
    private readonly Fd _root;

    public SafeRoot(string path) => _root = Files.Open(path, O_PATH | O_DIRECTORY);

    /// <summary>Opens a directory, making it and its parents (0755, or <paramref name="mode"/> for the last) where missing.</summary>
    /// <param name="path">Absolute, inside the root.</param>
    /// <param name="mode">Permissions if it is made now.</param>
    /// <param name="followLinks">False: a symbolic link anywhere in the path is an error (ELOOP).</param>
    public Fd Directory(string path, uint mode = 0x1ED, bool followLinks = true)
    {
        try
        {
            return Open(path, O_PATH | O_DIRECTORY, followLinks);
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT && path != "/")
        {
            using Fd parent = Directory(Parent(path), followLinks: followLinks);
            string name = Path.GetFileName(path.TrimEnd('/'));

            // Its mode is to be right from the beginning: to change it later is to change what somebody has put in its place.
            uint mask = Libc.UMask(0);
            bool isMade = Files.MakeDirectory(parent, name, mode);
            _ = Libc.UMask(mask);
            if (!isMade)
            {
                throw; // a dangling link: nothing we may follow, nothing we may replace
            }

            return Open(path, O_PATH | O_DIRECTORY, followLinks);
        }
    }

    /// <summary>Opens a file to mount something over, making an empty one where missing. A dangling link in its place is replaced.</summary>
    public Fd FileToCover(string path)
    {
        if (Find(path) is Fd there)
        {
            return there;
        }

        using Fd parent = Directory(Parent(path));
        string name = Path.GetFileName(path);
        _ = Libc.UnlinkAt(parent.Number, name, 0); // best effort: a dangling link, or nothing; anything else shows in the open
        using (Files.OpenAt(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0x1A4))
        {
        }

        return Files.OpenAt(parent, name, O_PATH | O_NOFOLLOW);
    }

    /// <summary>Opens what is at a path, without the right to read or write it.</summary>
    /// <returns>Null if nothing is there.</returns>
    public Fd? Find(string path, bool followLinks = true)
    {
        try
        {
            return Open(path, O_PATH, followLinks);
        }
        catch (NativeException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
    }

    /// <summary>Writes a new file unless the path is taken, by a link too.</summary>
    public void WriteIfMissing(string path, uint mode, string content)
    {
        using Fd parent = Directory(Parent(path));
        Fd file;
        try
        {
            file = Files.OpenAt(parent, Path.GetFileName(path), O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, mode);
        }
        catch (NativeException e) when (e.Errno == Errno.EEXIST)
        {
            return;
        }

        using (file)
        {
            Files.WriteAll(file, System.Text.Encoding.UTF8.GetBytes(content));
            _ = NativeException.ThrowIfFailed(Libc.FChMod(file.Number, mode), "chmod", $"'{path}'");
        }
    }

    /// <summary>Makes a symbolic link unless the path is taken or its directory is missing.</summary>
    public void LinkIfMissing(string path, string target)
    {
        using Fd? parent = Find(Parent(path));
        if (parent is not null)
        {
            _ = Libc.SymlinkAt(target, parent.Number, Path.GetFileName(path)); // best effort: what is there stays
        }
    }

    /// <summary>The mount that the root is; those below it stay as they are.</summary>
    public void MakeReadOnly() => MountApi.SetAttributes(_root, MountAttributes.ReadOnly, recursive: false, name: "/");

    public void Dispose() => _root.Dispose();

    private static string Parent(string path) => Path.GetDirectoryName(path.TrimEnd('/')) ?? "/";

    private Fd Open(string path, int flags, bool followLinks) => Files.OpenInRoot(
        _root, path, flags, 0, Files.Resolve.InRoot | Files.Resolve.NoMagicLinks | (followLinks ? 0 : Files.Resolve.NoSymlinks));
}
