using System.Globalization;
using System.Text;
using Common.Native;
using PodManager.Lifecycle;
using static Tmds.Linux.LibC;

namespace PodManager.Trust;

/// <summary>Reads the files that say who is trusted, and refuses those that somebody else than the administrator could have written.</summary>
internal static class TrustFiles
{
    private const uint WritableByOthers = 0x12; // 0022
    private const string Absent = "-";

    /// <summary>Reads a file.</summary>
    /// <returns>Null if it is not there.</returns>
    /// <exception cref="PodctlException">It is not a file of root's that only root can write, or it is too large.</exception>
    public static byte[]? Read(string path, int limitBytes)
    {
        try
        {
            using Fd file = Files.Open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
            FileStatus status = RawFiles.Status(file, [])!.Value;
            Check(path, status, FileStatus.Regular);
            return status.SizeBytes <= (ulong)limitBytes
                ? Files.ReadBytes(file, limitBytes + 1)
                : throw Refused(path, $"is larger than {limitBytes >> 10} KiB");
        }
        catch (NativeException missing) when (missing.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
        catch (NativeException link) when (link.Errno == Errno.ELOOP)
        {
            throw Refused(path, "is a symbolic link");
        }
    }

    /// <summary>The names in a directory, sorted; those with a dot in front are files in the making.</summary>
    /// <exception cref="PodctlException">It is not a directory of root's that only root can write.</exception>
    public static IReadOnlyList<string> List(string path)
    {
        if (!CheckDirectory(path))
        {
            return [];
        }

        using Fd directory = Files.Open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        return
        [
            .. DirectoryReader.ReadAll(directory, path)
                .Select(static entry => Encoding.UTF8.GetString(entry.Name))
                .Where(static name => name[0] != '.')
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <returns>Whether there is such a directory.</returns>
    /// <exception cref="PodctlException">It is not a directory of root's that only root can write.</exception>
    public static bool CheckDirectory(string path)
    {
        if (StatusOf(path) is not { } status)
        {
            return false;
        }

        Check(path, status, FileStatus.Directory);
        return true;
    }

    /// <summary>What can be seen of a file whose name says what is in it, or of a directory: its type, owner, mode and whether it is empty.</summary>
    public static TrustEvidence Presence(string path) => new(path, PresenceOf(StatusOf(path)));

    /// <summary>What can be seen of a file whose content matters: all that changes when somebody changes it.</summary>
    public static TrustEvidence Version(string path) => new(path, VersionOf(StatusOf(path)));

    /// <summary>Whether everything looks as it did.</summary>
    public static bool Hold(IReadOnlyList<TrustEvidence> evidence) => evidence.Count > 0 && evidence.All(static piece =>
        StatusOf(piece.Path) is var status && (piece.State == PresenceOf(status) || piece.State == VersionOf(status)));

    private static FileStatus? StatusOf(string path)
    {
        using Fd root = Files.Open("/", O_PATH | O_DIRECTORY);
        return RawFiles.Status(root, Encoding.UTF8.GetBytes(path));
    }

    private static string PresenceOf(FileStatus? status) => status is not { } file
        ? Absent
        : string.Create(CultureInfo.InvariantCulture, $"{file.Mode:x}:{file.Uid}{(file.IsDirectory ? "" : file.SizeBytes == 0 ? ":empty" : ":full")}");

    private static string VersionOf(FileStatus? status) => status is not { } file
        ? Absent
        : string.Create(CultureInfo.InvariantCulture, $"{file.Mode:x}:{file.Uid}:{file.Inode}:{file.SizeBytes}:{file.ModifiedSeconds}.{file.ModifiedNanoseconds:d9}");

    private static void Check(string path, FileStatus status, uint type)
    {
        if (status.Type != type)
        {
            throw Refused(path, type == FileStatus.Directory ? "is not a directory" : "is not a regular file");
        }

        if (status.Uid != 0 && status.Uid != Libc.GetEUid())
        {
            throw Refused(path, $"belongs to the user {status.Uid}", $"`chown root: {path}` makes it root's, if what is in it is right");
        }

        if ((status.Mode & WritableByOthers) != 0)
        {
            throw Refused(path, $"can be written by others than its owner (mode {Convert.ToString(status.Mode & 0xfff, 8)})", $"`chmod go-w {path}`, if what is in it is right");
        }
    }

    private static PodctlException Refused(string path, string why, string? hint = null) =>
        new(ExitCode.NotPermitted, $"cannot say who is trusted: '{path}' {why}", hint);
}
