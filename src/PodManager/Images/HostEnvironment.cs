using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Images;

/// <summary>What files, variables and the user's id say about how this host and this user reach registries.</summary>
/// <param name="root">What stands for `/`.</param>
/// <param name="variable">Environment variables; null or empty if not set.</param>
/// <param name="userId">The user's.</param>
internal sealed class HostEnvironment(string root, Func<string, string?> variable, uint userId)
{
    private const int FileLimit = 8 << 20;

    public uint UserId { get; } = userId;

    /// <summary>Where the administrator's settings for podctl are.</summary>
    public string LocalConfig { get; private init; } = System.IO.Path.Combine(root, "etc/podctl");

    /// <summary>Where the distribution's settings for podctl are.</summary>
    public string SystemConfig { get; private init; } = System.IO.Path.Combine(root, "usr/lib/podctl");

    /// <summary>Null if the user has none.</summary>
    public string? Home => Variable("HOME") ?? (UserId == 0 ? Path("/root") : null);

    public string? ConfigHome => Variable("XDG_CONFIG_HOME") ?? (Home is { } home ? System.IO.Path.Combine(home, ".config") : null);

    /// <summary>This host and this user.</summary>
    public static HostEnvironment Of(string localConfig, string systemConfig) =>
        new("/", Environment.GetEnvironmentVariable, Libc.GetEUid()) { LocalConfig = localConfig, SystemConfig = systemConfig };

    public string? Variable(string name) => variable(name) is { Length: > 0 } value ? value : null;

    /// <summary>A path of the system's.</summary>
    public string Path(string absolute) => System.IO.Path.Combine(root, absolute.TrimStart('/'));

    /// <summary>The files of a directory that end so, in the order of their names; links and directories among them are passed over.</summary>
    public static IReadOnlyList<string> FilesIn(string directory, string suffix, bool withLinks)
    {
        try
        {
            return
            [
                .. new DirectoryInfo(directory).EnumerateFiles("*" + suffix)
                    .Where(file => file.Name.EndsWith(suffix, StringComparison.Ordinal) && (withLinks || file.LinkTarget is null))
                    .Select(static file => file.FullName)
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot read directory '{directory}'", cause: failure);
        }
    }

    /// <summary>Opens a settings file.</summary>
    /// <returns>Null if it does not exist.</returns>
    /// <exception cref="PodctlException">It cannot be read.</exception>
    public static Fd? Open(string path)
    {
        try
        {
            // Not blocking: a fifo of that name must not hold podctl.
            return Files.Open(path, O_RDONLY | O_NONBLOCK);
        }
        catch (NativeException missing) when (missing.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
        catch (NativeException failure)
        {
            throw new PodctlException(failure.Errno == Errno.EACCES ? ExitCode.NotPermitted : ExitCode.Failed, $"cannot read '{path}': {failure.Reason}");
        }
    }

    /// <summary>Reads a settings file that <see cref="Open"/> opened.</summary>
    public static byte[] Read(Fd file, string path)
    {
        FileStatus status = RawFiles.Status(file, [])!.Value;
        if (status.Type != FileStatus.Regular)
        {
            throw new PodctlException(ExitCode.Usage, $"cannot read '{path}': it is no regular file");
        }

        if (status.SizeBytes > FileLimit)
        {
            throw new PodctlException(ExitCode.Usage, $"cannot read '{path}': it is larger than {FileLimit >> 20} MiB");
        }

        return Files.ReadBytes(file, FileLimit);
    }
}
