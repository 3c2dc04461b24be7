using Common.Contract;
using Common.Native;
using static Tmds.Linux.LibC;

namespace Stage1.Mounts;

/// <summary>
/// Builds the pod's root on the host's side: everything whose mount needs the host's privileges (DESIGN, mounts of a pod). What is unprivileged
/// inside the pod's namespaces is left to <see cref="KernelFileSystems"/> and <see cref="AppRoot"/>.
/// </summary>
internal static class PodRoot
{
    // Of what is mounted here systemd makes no unit, see AppRoots.
    public const string HostDirectory = "/run/host";

    // Where rkt had them.
    private const string OldAppDirectory = "/opt/stage2";

    /// <summary>Where the inner half finds device nodes to bind.</summary>
    public const string Devices = $"{HostDirectory}/dev";

    /// <summary>A proc and a sysfs with nothing mounted over: the kernel allows new ones in the pod only beside such (mount_too_revealing in fs/namespace.c).</summary>
    public const string HostProc = $"{HostDirectory}/proc";

    public const string HostSys = $"{HostDirectory}/sys";

    /// <summary>The host's shared memory, for a pod that is in its IPC namespace: POSIX shared memory is files (shm_overview(7)).</summary>
    public const string HostShm = $"{HostDirectory}/shm";

    /// <summary>The old root goes here for the moment of pivot_root(2).</summary>
    public const string OldRoot = "/.old";

    /// <summary>The inner half's copy of the plan.</summary>
    public const string Plan = "/.plan";

    public const string VolumeDirectory = $"{HostDirectory}/volumes";
    public const string HostFileDirectory = $"{HostDirectory}/files";

    private const string LayerLinks = "/.links";
    private const string Layers = "/.layers";
    private const MountAttributes NoPrivileges = MountAttributes.NoSuid | MountAttributes.NoDevices;

    private static readonly string[] Directories =
    [
        "/usr", "/etc", "/proc", "/sys", "/dev", "/run", "/tmp", "/root", "/var", "/var/log", "/var/log/journal", "/opt", OldRoot, LayerLinks, Layers,
    ];

    /// <summary>Where the inner half finds a file of the host's that an app is to see.</summary>
    public static string HostFileOf(string app, int index) => $"{HostFileDirectory}/{app}-{index}";

    /// <summary>Where the inner half finds an app's volume.</summary>
    public static string VolumeOf(string app, int index) => $"{VolumeDirectory}/{app}-{index}";

    /// <summary>A generated file that an app sees in the place of what its image has.</summary>
    public static string BoundFileOf(string app, string path) => $"/.bound{path.Replace('/', '-')}-{app}";

    public static void Build(PodPlan plan, Fd? users)
    {
        Builder builder = new(plan);
        builder.Tmpfs("", MountAttributes.NoDevices, "64m");
        foreach (string directory in Directories)
        {
            builder.Directory(directory);
        }

        builder.Link("../run", "/var/run");
        builder.BindUsr();
        builder.CopyEnv();
        builder.Tmpfs("/run", NoPrivileges, "64m");
        builder.Directory("/run/systemd");
        builder.Directory("/run/systemd/journal");
        foreach (string directory in new[] { HostDirectory, AppRoots.Directory, Devices, HostProc, HostSys })
        {
            builder.Directory(directory);
        }

        builder.Link($"..{AppRoots.Directory}", OldAppDirectory);
        builder.Bind(plan.ExchangeDirectory, "/run/podctl", NoPrivileges | MountAttributes.NoExec);
        builder.Bind(plan.JournalDirectory, $"/var/log/journal/{plan.MachineId}", NoPrivileges | MountAttributes.NoExec);
        builder.WriteFiles();
        builder.HostFiles();
        builder.Volumes(users);
        builder.DeviceNodes();
        builder.HostKernelFileSystems();
        builder.Overlays(users);
    }

    /// <summary>Makes what apps that come later need of the host's privileges, in a root of which nothing else is there.</summary>
    /// <returns>The mounts, detached, and where each belongs in the pod's root.</returns>
    public static IReadOnlyList<(Fd Mount, string Target)> BuildApps(PodPlan plan, Fd? users)
    {
        Builder builder = new(plan);
        builder.Tmpfs("", MountAttributes.NoDevices | MountAttributes.NoSuid, "64m");
        foreach (string directory in new[] { "/run", HostDirectory, AppRoots.Directory, LayerLinks, Layers })
        {
            builder.Directory(directory);
        }

        builder.HostFiles();
        builder.Volumes(users);
        builder.Overlays(users);
        return
        [
            .. plan.Apps.SelectMany(static app => Enumerable.Range(0, app.HostFiles.Count).Select(i => HostFileOf(app.Name, i))
                .Concat(Enumerable.Range(0, app.Mounts.Count).Select(i => VolumeOf(app.Name, i))).Append(AppRoots.PathOf(app.Name)))
                .Select(target => (MountApi.Clone(plan.BuildRoot + target, recursive: true), target)),
        ];
    }

    /// <summary>The steps, all below the build root and owned by the pod's root user.</summary>
    private sealed class Builder(PodPlan plan)
    {
        private readonly string _root = plan.BuildRoot;
        private readonly uint _owner = plan.Users?.Base ?? 0;

        public void Directory(string path)
        {
            _ = Files.MakeDirectory(null, _root + path, 0x1ED);
            Files.SetOwner(null, _root + path, _owner, _owner);
        }

        public void Link(string target, string path) =>
            NativeException.ThrowIfFailed(Libc.SymlinkAt(target, Libc.AtFdCwd, _root + path), "symlink", $"'{path}'");

        public void Tmpfs(string path, MountAttributes attributes, string size)
        {
            if (path.Length > 0)
            {
                Directory(path);
            }

            using Fd mount = MountApi.Create(
                "tmpfs", [("mode", "0755"), ("uid", $"{_owner}"), ("gid", $"{_owner}"), ("size", size)], attributes);
            MountApi.Attach(mount, _root + path);
        }

        /// <summary>Not id-mapped: what the pod's root makes there, a setuid program for one, must not be the host's root's.</summary>
        public void Bind(string source, string target, MountAttributes attributes)
        {
            Directory(target);
            using Fd mount = MountApi.Clone(source, recursive: false);
            MountApi.SetAttributes(mount, attributes, recursive: false, name: source);
            MountApi.Attach(mount, _root + target);
        }

        public void BindUsr()
        {
            using Fd mount = MountApi.Clone("/usr", recursive: true);
            MountApi.SetAttributes(mount, NoPrivileges | MountAttributes.ReadOnly, recursive: true, name: "/usr");
            MountApi.Attach(mount, _root + "/usr");
            foreach (string name in new[] { "bin", "sbin", "lib", "lib32", "lib64" })
            {
                if (System.IO.Directory.Exists($"/usr/{name}"))
                {
                    _ = Libc.SymlinkAt($"usr/{name}", Libc.AtFdCwd, $"{_root}/{name}");
                }
            }
        }

        /// <summary>See <see cref="CleanEnvironment"/>; the root is mounted so that the bit counts.</summary>
        public void CopyEnv()
        {
            const uint setGroup = 0x5ED; // 02755
            string path = _root + CleanEnvironment.Program;
            File.Copy("/usr/bin/env", path);
            Files.SetOwner(null, path, _owner, _owner + CleanEnvironment.Group);
            _ = NativeException.ThrowIfFailed(Libc.FChModAt(Libc.AtFdCwd, path, setGroup, 0), "chmod", $"'{path}'");
        }

        public void WriteFiles()
        {
            foreach (PlanFile file in plan.Files)
            {
                MakeParents(file.Path);
                string path = _root + file.Path;
                using Fd made = Files.Open(path, O_CREAT | O_EXCL | O_WRONLY, file.Mode);
                Files.WriteAll(made, System.Text.Encoding.UTF8.GetBytes(file.Content));
                _ = NativeException.ThrowIfFailed(Libc.FChOwn(made.Number, _owner, _owner), "chown", $"'{file.Path}'");
                _ = NativeException.ThrowIfFailed(Libc.FChMod(made.Number, file.Mode), "chmod", $"'{file.Path}'");
            }
        }

        public void HostFiles()
        {
            foreach (AppPlan app in plan.Apps)
            {
                for (int i = 0; i < app.HostFiles.Count; i++)
                {
                    BindFile(app.HostFiles[i].Source, HostFileOf(app.Name, i), NoPrivileges | MountAttributes.ReadOnly);
                }
            }
        }

        public void Volumes(Fd? users)
        {
            foreach (AppPlan app in plan.Apps)
            {
                for (int i = 0; i < app.Mounts.Count; i++)
                {
                    Volume(app.Mounts[i], VolumeOf(app.Name, i), users);
                }
            }
        }

        private void Volume(AppMount volume, string target, Fd? users)
        {
            MakeParents(target);
            bool isDirectory = System.IO.Directory.Exists(volume.Source);
            if (isDirectory)
            {
                Directory(target);
            }
            else
            {
                using Fd file = Files.Open(_root + target, O_CREAT | O_WRONLY, 0x1B6);
            }

            // A device is usable only where its mount allows it, and is what its volume is for.
            bool isDevice = !isDirectory && Files.IsDevice(volume.Source);
            MountAttributes attributes = MountAttributes.NoSuid | (isDevice ? 0 : MountAttributes.NoDevices) | (volume.ReadOnly ? MountAttributes.ReadOnly : 0);
            using Fd mount = MountApi.Clone(volume.Source, volume.Recursive);
            try
            {
                MountApi.SetAttributes(mount, attributes, volume.Recursive, volume.IdMapped ? users : null, volume.Source);
            }
            catch (NativeException e) when (e.Errno == Errno.EINVAL && volume.IdMapped && users is not null)
            {
                // devtmpfs has no id-mapped mounts; what counts for a device is what everybody may do.
                if (!isDevice)
                {
                    throw new Phases.PodStartException(
                        $"cannot map the owners of volume '{volume.Source}': its file system, or one mounted below it, has no id-mapped mounts; "
                        + "idmap=false or recursive=false on the volume, or --private-users=no, goes without");
                }

                MountApi.SetAttributes(mount, attributes, recursive: false, name: volume.Source);
            }

            MountApi.Attach(mount, _root + target);
        }

        public void DeviceNodes()
        {
            foreach (string name in DeviceFiles.Shared)
            {
                Device($"/dev/{name}", name);
            }

            if (plan.Console is not null)
            {
                Device(plan.Console, DeviceFiles.Console);
            }
        }

        public void HostKernelFileSystems()
        {
            if (plan.HostIpc)
            {
                Bind("/dev/shm", HostShm, NoPrivileges | MountAttributes.NoExec);
            }

            using Fd proc = MountApi.Create("proc", [("hidepid", "invisible")], NoPrivileges | MountAttributes.NoExec);
            MountApi.Attach(proc, _root + HostProc);
            using Fd sys = MountApi.Create("sysfs", [], NoPrivileges | MountAttributes.NoExec | MountAttributes.ReadOnly);
            MountApi.Attach(sys, _root + HostSys);
        }

        /// <summary>The app's roots. The overlay is the host root's own mount, so that trusted.* whiteouts count; only its lower layers are id-mapped.</summary>
        public void Overlays(Fd? users)
        {
            if (plan.LayersDirectory is null)
            {
                return;
            }

            using (Fd layers = MountApi.Clone(plan.LayersDirectory, recursive: false))
            {
                SetAttributes(layers, MountAttributes.ReadOnly, users, plan.LayersDirectory);
                MountApi.Attach(layers, _root + Layers);
            }

            foreach (AppPlan app in plan.Apps)
            {
                Overlay(app);
            }

            MountApi.Detach(_root + Layers);
        }

        private static void SetAttributes(Fd mount, MountAttributes attributes, Fd? users, string source)
        {
            try
            {
                MountApi.SetAttributes(mount, attributes, recursive: false, users, source);
            }
            catch (NativeException e) when (e.Errno == Errno.EINVAL && users is not null)
            {
                throw new Phases.PodStartException(
                    $"the file system of '{source}' has no id-mapped mounts, which a pod's user namespace needs: ext4, XFS and Btrfs have; --private-users=no goes without");
            }
        }

        private void Overlay(AppPlan app)
        {
            // mount(2) takes one page of options: the paths in it are links of a few letters, relative to the working directory.
            string links = $"{_root}{LayerLinks}/{app.Name}";
            Directory($"{LayerLinks}/{app.Name}");
            for (int i = 0; i < app.Layers.Count; i++)
            {
                Link($"{_root}{Layers}/{app.Layers[i]}", $"{LayerLinks}/{app.Name}/{i}");
            }

            Link(app.UpperDirectory, $"{LayerLinks}/{app.Name}/u");
            Link(app.WorkDirectory, $"{LayerLinks}/{app.Name}/w");
            string target = _root + AppRoots.PathOf(app.Name);
            MakeParents(AppRoots.PathOf(app.Name) + "/.");
            Files.SetOwner(null, app.UpperDirectory, _owner, _owner);
            Files.SetOwner(null, app.WorkDirectory, _owner, _owner);

            // Overlay wants the topmost layer first.
            string lower = string.Join(':', Enumerable.Range(0, app.Layers.Count).Reverse());
            _ = NativeException.ThrowIfFailed(Libc.ChDir(links), "chdir", links);
            try
            {
                // Off whatever the kernel's default is: with them, what an app changed could not be read without its layers (`podctl export`).
                MountApi.Mount("overlay", target, "overlay", (ulong)(MS_NODEV), $"lowerdir={lower},upperdir=u,workdir=w,redirect_dir=off,metacopy=off");
            }
            catch (NativeException e)
            {
                throw new Phases.PodStartException($"cannot mount the root of app '{app.Name}' (overlay on {app.UpperDirectory}): {e.Reason}");
            }

            _ = NativeException.ThrowIfFailed(Libc.ChDir("/"), "chdir", "/");
        }

        private void Device(string source, string name)
        {
            if (!File.Exists(source))
            {
                return; // the host lacks it, so does the pod: /dev/net/tun for one
            }

            BindFile(source, $"{Devices}/{name}", MountAttributes.NoSuid | MountAttributes.NoExec);
        }

        private void BindFile(string source, string target, MountAttributes attributes)
        {
            MakeParents(target);
            using (Files.Open(_root + target, O_CREAT | O_WRONLY, 0x1B6))
            {
            }

            using Fd mount = MountApi.Clone(source, recursive: false);
            MountApi.SetAttributes(mount, attributes, recursive: false, name: source);
            MountApi.Attach(mount, _root + target);
        }

        private void MakeParents(string path)
        {
            for (int slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
            {
                if (Files.MakeDirectory(null, _root + path[..slash], 0x1ED))
                {
                    Files.SetOwner(null, _root + path[..slash], _owner, _owner);
                }
            }
        }
    }
}
