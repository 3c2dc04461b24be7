using Common.Contract;
using Common.Native;
using Stage1.Phases;
using static Tmds.Linux.LibC;

namespace Stage1.Mounts;

/// <summary>Completes one app's root from inside the pod: /dev, /proc, /sys, /run, /tmp and the generated files of /etc (DESIGN, what an app sees).</summary>
internal sealed class AppRoot : IDisposable
{
    private const uint ReadWriteAll = 0x1B6;
    private const uint OwnerOnly = 0x1C0;
    private const uint ReadableDirectory = 0x1ED;
    private const uint EverybodyWrites = 0x192; // 0622, as the socket unit has it
    private const string EmptyDirectory = "/.empty-directory";
    private const string EmptyFile = "/.empty-file";
    private const string LogSockets = "/.log-sockets";

    private readonly AppPlan _app;
    private readonly SafeRoot _root;

    private AppRoot(AppPlan app)
    {
        _app = app;
        _root = new SafeRoot(AppRoots.PathOf(app.Name));
    }

    /// <summary>Completes the roots of apps; the pod's own file systems are mounted already.</summary>
    public static void CompleteAll(IReadOnlyList<AppPlan> apps)
    {
        _ = Files.MakeDirectory(null, EmptyDirectory, 0);
        _ = Files.MakeDirectory(null, LogSockets, ReadableDirectory);
        foreach (string file in (string[])[EmptyFile, .. JournalSockets.Names.Select(static name => $"{LogSockets}/{name}")])
        {
            using (Files.Open(file, O_CREAT | O_WRONLY, 0))
            {
            }
        }

        foreach (AppPlan app in apps)
        {
            using AppRoot root = new(app);
            root.Complete();
        }
    }

    public void Dispose() => _root.Dispose();

    private void Complete()
    {
        if (_app.ReadOnlyRoot)
        {
            // What programs cannot do without, as other container tools give it.
            Tmpfs("/run", "0755");
            Tmpfs("/tmp", "1777");
            Tmpfs("/var/tmp", "1777");
        }

        MountOnDirectory("/proc", "/proc");
        MountOnDirectory("/sys", "/sys");
        MountDevices();
        if (!_app.UnmaskedPaths)
        {
            MaskPaths();
        }

        Volumes();
        ShareJournalSockets();
        _root.Directory("/tmp", 0x3FF).Dispose();
        _root.Directory(_app.WorkingDirectory).Dispose();
        foreach (string volume in _app.Volumes)
        {
            MakeVolume(volume);
        }

        GeneratedFiles();
        if (_app.ReadOnlyRoot)
        {
            foreach (string volume in _app.Volumes)
            {
                KeepWritable(volume);
            }

            _root.MakeReadOnly();
        }
    }

    private void Volumes()
    {
        for (int i = 0; i < _app.Mounts.Count; i++)
        {
            string source = PodRoot.VolumeOf(_app.Name, i);
            string target = _app.Mounts[i].Target;
            using Fd mount = MountApi.Clone(source, _app.Mounts[i].Recursive);
            using Fd there = Directory.Exists(source) ? _root.Directory(target) : _root.FileToCover(target);
            MountApi.Attach(mount, there, target);
        }
    }

    private void Tmpfs(string path, string mode)
    {
        using Fd mount = MountApi.Create("tmpfs", [("mode", mode)], MountAttributes.NoSuid | MountAttributes.NoDevices);
        using Fd target = _root.Directory(path);
        MountApi.Attach(mount, target, path);
    }

    /// <summary>An image may name volumes that its layers have not.</summary>
    private void MakeVolume(string path)
    {
        try
        {
            _root.Directory(path).Dispose();
        }
        catch (NativeException e) when (e.Errno == Errno.ENOTDIR)
        {
            // The image has a file there, which is no worse.
        }
    }

    /// <summary>A mount of its own, of the same files: the root's does not count for it.</summary>
    private void KeepWritable(string path)
    {
        using Fd directory = _root.Directory(path);
        using Fd mount = MountApi.Clone(directory, recursive: false);
        MountApi.Attach(mount, directory, path);
    }

    /// <summary>A copy of one of the pod's mounts. The target may not be a link: an image that plants one there wants to be somewhere else.</summary>
    private void MountOnDirectory(string source, string target)
    {
        using Fd mount = MountApi.Clone(source, recursive: false);
        using Fd directory = KernelDirectory(target);
        MountApi.Attach(mount, directory, target);
    }

    private Fd KernelDirectory(string path)
    {
        try
        {
            return _root.Directory(path, followLinks: false);
        }
        catch (NativeException e) when (e.Errno is Errno.ELOOP or Errno.ENOTDIR)
        {
            throw new PodStartException($"the image of app '{_app.Name}' has no directory at {path} but a link or a file, which is refused");
        }
    }

    private void MountDevices()
    {
        using (Fd mount = MountApi.Create("tmpfs", [("mode", "0755"), ("size", "64k")], MountAttributes.NoSuid | MountAttributes.NoExec))
        using (Fd target = KernelDirectory("/dev"))
        {
            MountApi.Attach(mount, target, "/dev");
        }

        // From here on /dev is ours: nothing of the image is left in it.
        foreach (string name in DeviceFiles.Shared)
        {
            BindDevice(name);
        }

        if (_app.HasConsole)
        {
            BindDevice(DeviceFiles.Console);
        }

        foreach (string name in new[] { "pts", "shm", "mqueue" })
        {
            MountOnDirectory($"/dev/{name}", $"/dev/{name}");
        }

        if (_app.OutputNames.Count > 0)
        {
            BindOutput();
        }

        foreach ((string name, string target) in DeviceFiles.Links)
        {
            _root.LinkIfMissing($"/dev/{name}", target);
        }
    }

    private void BindOutput()
    {
        string fifo = OutputFifos.PathOf(_app.Name);
        _ = Files.MakeDirectory(null, OutputFifos.Directory, OwnerOnly);
        _ = NativeException.ThrowIfFailed(Libc.MkFifoAt(Libc.AtFdCwd, fifo, EverybodyWrites), "mkfifo", $"'{fifo}'");
        Files.SetOwner(null, fifo, 0, PodPlan.ManagerGroup); // systemd listens only at a fifo that could be its own
        foreach (string name in _app.OutputNames)
        {
            Cover(fifo, name);
        }
    }

    private void BindDevice(string name)
    {
        string source = $"{PodRoot.Devices}/{name}";
        if (!File.Exists(source))
        {
            return;
        }

        using Fd target = _root.FileToCover($"/dev/{name}");
        using Fd mount = MountApi.Clone(source, recursive: false);
        MountApi.Attach(mount, target, $"/dev/{name}");
    }

    private void MaskPaths()
    {
        foreach (string path in MaskedPaths.ReadOnly)
        {
            using Fd? target = _root.Find(path, followLinks: false);
            if (target is not null)
            {
                using Fd copy = MountApi.Clone(target, recursive: true);
                MountApi.SetAttributes(copy, MountAttributes.ReadOnly, recursive: true, name: path);
                MountApi.Attach(copy, target, path);
            }
        }

        foreach (string path in MaskedPaths.Hidden)
        {
            Hide(path);
        }
    }

    private void Hide(string path)
    {
        using Fd? target = _root.Find(path, followLinks: false);
        if (target is null)
        {
            return;
        }

        string empty = Directory.Exists($"{target.ProcPath}/") ? EmptyDirectory : EmptyFile;
        using Fd mount = MountApi.Clone(empty, recursive: false);
        MountApi.SetAttributes(mount, MountAttributes.ReadOnly, recursive: false, name: empty);
        MountApi.Attach(mount, target, path);
    }

    /// <summary>The app can log to the pod's journal, by syslog(3) or the native protocol; /run has nothing else of ours. The sockets come once they are there, by the app's unit.</summary>
    private void ShareJournalSockets()
    {
        using Fd target = _root.Directory(JournalSockets.Directory);
        using Fd mount = MountApi.Clone(LogSockets, recursive: false);
        MountApi.SetAttributes(mount, MountAttributes.ReadOnly, recursive: false);
        MountApi.Attach(mount, target, JournalSockets.Directory);
    }

    private void GeneratedFiles()
    {
        // Follows the pod's host name for ever, and hides what the image says.
        Cover("/proc/sys/kernel/hostname", "/etc/hostname");
        foreach (PlanFile file in _app.BoundFiles)
        {
            string source = PodRoot.BoundFileOf(_app.Name, file.Path);
            using (Fd made = Files.Open(source, O_CREAT | O_EXCL | O_WRONLY, ReadWriteAll))
            {
                Files.WriteAll(made, System.Text.Encoding.UTF8.GetBytes(file.Content));
                _ = NativeException.ThrowIfFailed(Libc.FChMod(made.Number, file.Mode), "chmod", $"'{file.Path}'");
            }

            Cover(source, file.Path);
        }

        for (int i = 0; i < _app.HostFiles.Count; i++)
        {
            Cover(PodRoot.HostFileOf(_app.Name, i), _app.HostFiles[i].Target);
        }

        foreach (PlanFile file in _app.DefaultFiles)
        {
            _root.WriteIfMissing(file.Path, file.Mode, file.Content);
        }

        _root.LinkIfMissing("/etc/mtab", "../proc/self/mounts");
    }

    private void Cover(string source, string target)
    {
        using Fd mount = MountApi.Clone(source, recursive: false);
        using Fd file = _root.FileToCover(target);
        MountApi.Attach(mount, file, target);
    }
}
