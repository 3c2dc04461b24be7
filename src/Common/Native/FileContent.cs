using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>Copies a file's content inside the kernel where it can (copy_file_range(2)), and leaves holes what they are (lseek(2), SEEK_DATA).</summary>
internal static unsafe class FileContent
{
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int PieceBytes = 1 << 20;
    private const long KernelPieceBytes = 64 << 20; // so that a cancellation is seen in between

    /// <summary>Copies as many bytes as the file has now; what another writes to it meanwhile may be missing.</summary>
    /// <param name="source">A regular file, open for reading.</param>
    /// <param name="target">An empty one, open for writing.</param>
    /// <param name="ct">Ends it early.</param>
    internal static void Copy(Fd source, Fd target, CancellationToken ct)
    {
        long size = (long)RawFiles.Status(source, [])!.Value.SizeBytes;
        for (long at = 0; at < size;)
        {
            long start = Libc.LSeek(source.Number, at, SeekData);
            if (start < 0 && (Errno)Marshal.GetLastPInvokeError() == Errno.ENXIO)
            {
                break; // a hole up to the end
            }

            long end = start < 0 ? size : Libc.LSeek(source.Number, start, SeekHole);
            start = start < 0 ? at : start; // a file system that tells no holes
            end = end < 0 ? size : Math.Min(end, size);
            if (start >= size || !CopyRange(source, target, start, end, ct))
            {
                break;
            }

            at = end;
        }

        _ = NativeException.ThrowIfFailed(Libc.FTruncate(target.Number, size), "ftruncate");
    }

    /// <returns>False if the file has become shorter.</returns>
    private static bool CopyRange(Fd source, Fd target, long start, long end, CancellationToken ct)
    {
        long from = start;
        long to = start;
        while (from < end)
        {
            ct.ThrowIfCancellationRequested();
            nint copied = Libc.CopyFileRange(source.Number, &from, target.Number, &to, (nuint)Math.Min(end - from, KernelPieceBytes), 0);
            if (copied > 0)
            {
                continue;
            }

            Errno errno = (Errno)Marshal.GetLastPInvokeError();
            if (copied < 0 && errno == Errno.EINTR)
            {
                continue;
            }

            // 0: at the end, or a file of the kernel's own that has no length; else two file systems that the kernel does not copy between.
            return copied < 0 && errno is not (Errno.EXDEV or Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EPERM)
                ? throw new NativeException("copy_file_range", "", errno)
                : CopyByHand(source, target, from, end, ct);
        }

        return true;
    }

    private static bool CopyByHand(Fd source, Fd target, long start, long end, CancellationToken ct)
    {
        _ = NativeException.ThrowIfFailed(Libc.LSeek(source.Number, start, SEEK_SET), "lseek");
        _ = NativeException.ThrowIfFailed(Libc.LSeek(target.Number, start, SEEK_SET), "lseek");
        byte[] piece = new byte[(int)Math.Min(PieceBytes, end - start)];
        for (long left = end - start; left > 0;)
        {
            ct.ThrowIfCancellationRequested();
            int got = Files.Read(source, piece.AsSpan(0, (int)Math.Min(left, piece.Length)));
            if (got == 0)
            {
                return false;
            }

            Files.WriteAll(target, piece.AsSpan(0, got));
            left -= got;
        }

        return true;
    }
}
