using System.Buffers;
using Common.Native;
using Microsoft.Win32.SafeHandles;
using PodManager.Images.Layers;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Archives;

/// <summary>
/// Opens archives. A plain one in a file is read in place; what can be read only once (a pipe) or only from its beginning (a compressed archive)
/// is first written, without its compression, to a file of the store that has no name and is gone with podctl.
/// </summary>
internal sealed class ArchiveOpener(IImageStore store, IProgressSink progress)
{
    private const int PieceBytes = 1 << 20;
    private const int StandardInput = 0;

    public async Task<IImageOrigin> OpenAsync(ArchiveRef image, CancellationToken ct)
    {
        string place = image.IsStandardInput ? "standard input" : image.File;
        TarArchive archive;
        try
        {
            archive = new TarArchive(await OpenFileAsync(image, ct), ct);
        }
        catch (Exception damaged) when (damaged is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
        {
            throw new PodctlException(ExitCode.Failed, $"'{place}' cannot be read as an archive", cause: damaged);
        }

        return image.Format == ArchiveFormat.Oci
            ? new LayoutOrigin(new LayoutArchive(archive, place), image.Selector)
            : new DockerArchiveOrigin(archive, image, place);
    }

    private async Task<FileStream> OpenFileAsync(ArchiveRef image, CancellationToken ct)
    {
        FileStream file = image.IsStandardInput ? OpenStandardInput() : OpenNamed(image.File);
        Stream? plain = null;
        try
        {
            plain = await Decompression.OpenAsync(file, ct);
            if (plain is PrefixedStream && file.CanSeek && !image.IsStandardInput)
            {
                _ = file.Seek(0, SeekOrigin.Begin);
                return file;
            }

            FileStream staged = await StageAsync(plain, image.IsStandardInput ? "standard input" : Path.GetFileName(image.File), ct);
            await file.DisposeAsync();
            return staged;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
        finally
        {
            if (plain is not (null or PrefixedStream))
            {
                await plain.DisposeAsync();
            }
        }
    }

    private static FileStream OpenStandardInput() => Libc.IsATty(StandardInput) == 1
        ? throw new PodctlException(ExitCode.Usage, "standard input is a terminal", "pipe an archive into podctl")
        : new FileStream(new SafeFileHandle(StandardInput, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    private static FileStream OpenNamed(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PodctlException(ExitCode.NotFound, $"there is no file '{path}'", cause: missing);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new PodctlException(ExitCode.Failed, $"'{path}' is no file that can be read", Directory.Exists(path) ? $"a directory in OCI's image layout is written `oci:{path}`" : null, refused);
        }
    }

    private async Task<FileStream> StageAsync(Stream plain, string label, CancellationToken ct)
    {
        Fd scratch = store.MakeScratchFile();
        FileStream staged = new(new SafeFileHandle(scratch.Number, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
        scratch.SetHandleAsInvalid(); // the stream closes it
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        using IProgressItem item = progress.Start($"Reading {label}", totalBytes: null);
        try
        {
            using Fd view = new((int)staged.SafeFileHandle.DangerousGetHandle(), owns: false);
            DiskReserve reserve = new(view);
            int got;
            while ((got = await plain.ReadAsync(piece, ct)) > 0)
            {
                reserve.Check(got);
                await staged.WriteAsync(piece.AsMemory(0, got), ct);
                item.Advance(got);
            }

            item.Complete();
            _ = staged.Seek(0, SeekOrigin.Begin);
            return staged;
        }
        catch
        {
            await staged.DisposeAsync();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
