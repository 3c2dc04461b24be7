using System.Runtime.InteropServices;
using Common.Native;
using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Export;

/// <summary>A file that appears under its name when it is whole; if it never is, nothing is left of it.</summary>
internal sealed class OutputFile : IDisposable
{
    private const int FollowLink = 0x400; // AT_SYMLINK_FOLLOW, linkat(2)
    private const uint Readable = 0x1A4;

    private readonly string _path;
    private readonly string _temporary;
    private readonly bool _overwrite;
    private readonly Fd? _unnamed;
    private bool _isComplete;

    /// <exception cref="PodctlException">Something has the name already, or the file cannot be made.</exception>
    public OutputFile(string path, bool overwrite)
    {
        if (Path.GetDirectoryName(path) is null)
        {
            throw NoFile(path);
        }

        _path = path;
        _overwrite = overwrite;
        _temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        Check();
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new PodctlException(ExitCode.Failed, $"cannot write '{path}': its directory does not exist");
        }

        try
        {
            _unnamed = OpenUnnamed(Path.GetDirectoryName(path)!);
            Stream = _unnamed is null
                ? new FileStream(_temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0)
                : new FileStream(new SafeFileHandle(_unnamed.Number, ownsHandle: false), FileAccess.ReadWrite, bufferSize: 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot write '{path}'", cause: failure);
        }
    }

    public FileStream Stream { get; }

    public void Complete()
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        Check();
        if (_unnamed is null)
        {
            File.Move(_temporary, _path, _overwrite);
        }
        else
        {
            Name(_unnamed);
        }

        _isComplete = true;
        string directory = Path.GetDirectoryName(_path)!;
        using Fd parent = Files.Open(directory, O_RDONLY | O_DIRECTORY);
        Files.Sync(parent, directory);
    }

    public void Dispose()
    {
        Stream.Dispose();
        _unnamed?.Dispose();
        if (!_isComplete)
        {
            File.Delete(_temporary);
        }
    }

    /// <summary>
    /// linkat(2) replaces nothing, so that a file which is to replace another has a name of its own for a moment. It is the same one each time: what a podctl has left that was killed in that moment
    /// goes with the next export to this place.
    /// </summary>
    private void Name(Fd unnamed)
    {
        string name = _overwrite && File.Exists(_path) ? NameBefore : _path;
        while (Libc.LinkAt(Libc.AtFdCwd, unnamed.ProcPath, Libc.AtFdCwd, name, FollowLink) < 0)
        {
            Errno errno = (Errno)Marshal.GetLastPInvokeError();
            if (errno != Errno.EEXIST)
            {
                throw new NativeException("linkat", $"'{name}'", errno);
            }

            Check();
            name = NameBefore;
            File.Delete(name);
        }

        // If it is gone, another podctl that writes the same file has moved this one there, or has a newer one.
        if (name != _path && Libc.RenameAt(Libc.AtFdCwd, name, Libc.AtFdCwd, _path) < 0 && (Errno)Marshal.GetLastPInvokeError() is Errno error and not Errno.ENOENT)
        {
            File.Delete(name);
            throw new NativeException("rename", $"'{name}'", error);
        }
    }

    private string NameBefore => Path.Combine(Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}.podctl-new");

    /// <returns>Null where the file system has no such files.</returns>
    private static Fd? OpenUnnamed(string directory)
    {
        try
        {
            return Files.OpenUnnamed(directory, Readable);
        }
        catch (NativeException e) when (e.Errno is Errno.EOPNOTSUPP or Errno.EISDIR or Errno.ENOENT)
        {
            return null;
        }
        catch (NativeException e)
        {
            throw new IOException(e.Reason, e);
        }
    }

    private static PodctlException NoFile(string path) => new(ExitCode.Failed, $"'{path}' is no regular file", "`-` as the file writes to standard output");

    private void Check()
    {
        if (new FileInfo(_path) is { Exists: false } && !Directory.Exists(_path))
        {
            return;
        }

        // A device or a fifo must not be replaced by a file.
        using Fd file = Files.Open(_path, O_PATH);
        if (RawFiles.Status(file, [])?.Type != FileStatus.Regular)
        {
            throw NoFile(_path);
        }

        if (!_overwrite)
        {
            throw new PodctlException(ExitCode.Failed, $"output file '{_path}' exists", "try --overwrite");
        }
    }
}
