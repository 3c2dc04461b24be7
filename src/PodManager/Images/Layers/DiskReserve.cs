using Common.Native;

namespace PodManager.Images.Layers;

/// <summary>
/// Keeps an archive from filling the disk to the last block: root may use what a file system sets aside for it, but an image must not, or a
/// layer that grows without end takes the host down with it.
/// </summary>
internal sealed unsafe class DiskReserve(Fd directory)
{
    private const long Interval = 16 << 20;
    private long _left;

    /// <exception cref="NativeException">ENOSPC: only the reserve is left.</exception>
    public void Check(int bytes)
    {
        _left -= bytes;
        if (_left > 0)
        {
            return;
        }

        Libc.StatVfs status;
        _ = NativeException.ThrowIfFailed(Libc.FStatVfs(directory.Number, &status), "fstatvfs");
        if (status.BlocksAvailable * status.FragmentSize < Interval)
        {
            throw new NativeException("write", "", Errno.ENOSPC);
        }

        _left = Interval;
    }
}
