using Common.Contract;
using Common.Native;
using static Tmds.Linux.LibC;

namespace Stage1.Mounts;

/// <summary>Takes an app out of the root of a running pod: its mounts, and what was made for it.</summary>
internal static class AppRemoval
{
    private const int NoFollow = 8; // UMOUNT_NOFOLLOW, umount2(2)
    private const int RemoveDirectory = 0x200; // AT_REMOVEDIR, unlinkat(2)

    // What can be generated for an app, /etc/hosts and /etc/resolv.conf.
    private static readonly string[] GeneratedFiles = ["/etc/hosts", "/etc/resolv.conf"];

    /// <summary>Detaches the app's mounts, with the host's privileges. Processes that still see them keep them, until they end.</summary>
    public static void Detach(SafeRoot root, string app)
    {
        foreach (string place in Places(app))
        {
            // From within its directory, so that nothing on the way is a link to somewhere else; a place may have been covered more than once.
            using Fd? there = root.Find(Path.GetDirectoryName(place)!, followLinks: false);
            while (there is not null && Libc.FChDir(there.Number) == 0 && Libc.Umount2(Path.GetFileName(place), MNT_DETACH | NoFollow) == 0)
            {
            }
        }

        _ = NativeException.ThrowIfFailed(Libc.ChDir("/"), "chdir", "/");
    }

    /// <summary>Removes the mount points and generated files of an app whose mounts are gone.</summary>
    public static void RemoveFiles(string app)
    {
        string credentials = AppSecrets.DirectoryOf(app);
        foreach (string file in Directory.Exists(credentials) ? Directory.GetFiles(credentials) : [])
        {
            _ = Libc.UnlinkAt(Libc.AtFdCwd, file, 0); // best effort, as below
        }

        foreach (string path in Places(app).Concat(GeneratedFiles.Select(file => PodRoot.BoundFileOf(app, file))).Concat(MuxProtocol.FilesOf(app)).Append(OutputFifos.PathOf(app)).Append($"{AppRoots.Directory}/{app}").Append(credentials))
        {
            // Best effort, as a directory or as a file: what cannot be removed is in nobody's way but that of an app of the same name, which then says so.
            _ = Libc.UnlinkAt(Libc.AtFdCwd, path, RemoveDirectory);
            _ = Libc.UnlinkAt(Libc.AtFdCwd, path, 0);
        }
    }

    private static IEnumerable<string> Places(string app) =>
        Numbered(PodRoot.VolumeDirectory, app).Concat(Numbered(PodRoot.HostFileDirectory, app)).Append(AppRoots.PathOf(app));

    /// <summary>`APP-0`, `APP-1`…</summary>
    private static IEnumerable<string> Numbered(string directory, string app) => !Directory.Exists(directory) ? [] :
        Directory.GetFileSystemEntries(directory).Where(path => Path.GetFileName(path) is { } name
            && name.StartsWith($"{app}-", StringComparison.Ordinal) && name.Length > app.Length + 1 && name.AsSpan(app.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0);
}
