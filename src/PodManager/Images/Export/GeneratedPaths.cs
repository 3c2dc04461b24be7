using System.Text;
using Common.Contract;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Export;

/// <summary>
/// What is made in an app's root before the app runs: by stage1 places to mount at and the files that programs expect (Stage1.Mounts.AppRoot), by the pod's systemd
/// the directory by which it passes mounts on.
/// </summary>
internal sealed class GeneratedPaths
{
    private const uint Permissions = 0xFFF;
    private const uint PlainDirectory = 0x1ED; // 0755
    private const uint SharedDirectory = 0x3FF; // 1777
    private const uint PlainFile = 0x1A4; // 0644

    private static readonly string[] Directories = ["/proc", "/sys", "/dev", "/run/systemd/journal", "/run/systemd/incoming", "/tmp", "/var/tmp", "/etc"];
    private static readonly string[] CoveredFiles = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/run/systemd/notify"];

    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly byte[] _hosts;

    /// <param name="export">The app.</param>
    /// <param name="tree">What it sees: a path may lead through links.</param>
    public GeneratedPaths(PodExport export, MergedTree tree)
    {
        IEnumerable<string> mounts = export.App.Mounts.Select(static mount => mount.Target);
        foreach (string path in Directories.Append(export.App.WorkingDirectory).Concat(mounts).Concat(CoveredFiles))
        {
            if (MergedPath.Resolve(tree, Encoding.UTF8.GetBytes(path)) is { Path.Length: > 0 } entry)
            {
                string real = ByteText.Escape(entry.Path);
                _ = (entry.Status.IsDirectory ? _directories : _files).Add(real);
                for (int slash = real.LastIndexOf('/'); slash > 0; slash = real.LastIndexOf('/', slash - 1))
                {
                    _ = _directories.Add(real[..slash]);
                }
            }
        }

        _hosts = Encoding.UTF8.GetBytes(AppFiles.HostsText(new StartOptions { Mode = RunMode.Detached }, export.Pod.Hostname));
    }

    /// <summary>A directory that no lower layer has, made as stage1 makes one.</summary>
    public bool IsDirectory(string path, FileStatus status, IdShift ids) =>
        _directories.Contains(path) && IsRoots(status, ids) && (status.Mode & Permissions) is PlainDirectory or SharedDirectory;

    /// <summary>A file as stage1 makes one.</summary>
    /// <param name="path">Where.</param>
    /// <param name="status">What it is.</param>
    /// <param name="ids">The pod's.</param>
    /// <param name="read">Its content, or a link's target.</param>
    public bool IsFile(string path, FileStatus status, IdShift ids, Func<byte[]> read)
    {
        if (!IsRoots(status, ids))
        {
            return false;
        }

        if (status.IsSymbolicLink)
        {
            return path == "etc/mtab" && read().AsSpan().SequenceEqual("../proc/self/mounts"u8);
        }

        bool isPlain = status.Type == FileStatus.Regular && (status.Mode & Permissions) == PlainFile && status.Links == 1;
        return isPlain && ((status.SizeBytes == 0 && _files.Contains(path))
            || (path == "etc/hosts" && status.SizeBytes == (ulong)_hosts.Length && read().AsSpan().SequenceEqual(_hosts))
            || (path == "etc/resolv.conf" && read().AsSpan().StartsWith(Encoding.UTF8.GetBytes(HostResolver.Head))));
    }

    private static bool IsRoots(FileStatus status, IdShift ids) => ids.ToPod(status.Uid) == 0 && ids.ToPod(status.Gid) is 0 or PodPlan.ManagerGroup;
}
