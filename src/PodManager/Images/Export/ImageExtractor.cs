using Common.Native;
using PodManager.Lifecycle;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Export;

/// <summary>Writes an image's merged file system, in a directory beside its place that is renamed when all is there.</summary>
internal sealed class ImageExtractor(IProgressSink progress)
{
    private const uint PrivateMode = 0x1c0; // 0700
    private const uint DocumentMode = 0x1a4; // 0644
    private const uint PlainDirectory = 0x1ed; // 0755

    /// <exception cref="PodctlException">The directory is there already, or cannot be made.</exception>
    public void Extract(ImageExtraction extraction, CancellationToken ct)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(extraction.Directory));
        Check(target, extraction.Overwrite);
        string parentPath = Path.GetDirectoryName(target)!;
        string name = Path.GetFileName(target);
        string temporary = $".{name}.{Guid.NewGuid():N}.tmp";
        try
        {
            using Fd parent = Files.Open(parentPath, O_RDONLY | O_DIRECTORY);
            try
            {
                _ = Files.MakeDirectory(parent, temporary, PrivateMode);
                using (Fd directory = Files.OpenAt(parent, temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
                {
                    Fill(directory, extraction, ct);
                    Files.SyncFileSystem(directory, target);
                }

                Publish(parent, temporary, name, extraction.Overwrite);
                Files.Sync(parent, parentPath);
            }
            finally
            {
                TreeRemover.Remove(parent, temporary); // what was not renamed, or what it has replaced
            }
        }
        catch (NativeException failure)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot extract to '{target}'", cause: failure);
        }
    }

    private void Fill(Fd directory, ImageExtraction extraction, CancellationToken ct)
    {
        using IProgressItem item = progress.Start($"Extracting {extraction.Image.Id.Short}", progress.IsShown ? TreeMeasure.SizeBytes(extraction.Image.Layers, ct) : null);
        if (extraction.RootFsOnly)
        {
            TreeCopier.Copy(extraction.Image.Layers, directory, item, ct);
        }
        else
        {
            foreach ((string file, ImageDocument document) in extraction.Documents)
            {
                using Fd open = Files.OpenAt(directory, file, O_WRONLY | O_CREAT | O_EXCL, DocumentMode);
                Files.WriteAll(open, document.Content.Span);
            }

            _ = Files.MakeDirectory(directory, "rootfs", PrivateMode);
            using (Fd root = Files.OpenAt(directory, "rootfs", O_RDONLY | O_DIRECTORY))
            {
                TreeCopier.Copy(extraction.Image.Layers, root, item, ct);
            }

            RawFiles.SetMode(directory, "."u8, PlainDirectory);
        }

        item.Complete();
    }

    private static void Publish(Fd parent, string temporary, string name, bool overwrite)
    {
        byte[] from = System.Text.Encoding.UTF8.GetBytes(temporary);
        byte[] to = System.Text.Encoding.UTF8.GetBytes(name);
        if (RawFiles.Status(parent, to) is null)
        {
            RawFiles.Rename(parent, from, parent, to);
        }
        else if (overwrite)
        {
            RawFiles.Exchange(parent, from, to);
        }
        else
        {
            throw Exists(name);
        }
    }

    private static void Check(string target, bool overwrite)
    {
        if (target == "/")
        {
            throw new PodctlException(ExitCode.Usage, "the output directory cannot be '/'", "name a directory that is to be made");
        }

        if (File.Exists(target) || new DirectoryInfo(target).LinkTarget is not null)
        {
            throw new PodctlException(ExitCode.Failed, $"'{target}' is no directory");
        }

        if (Directory.Exists(target) && !overwrite)
        {
            throw Exists(target);
        }
    }

    private static PodctlException Exists(string target) => new(ExitCode.Failed, $"output directory '{target}' exists", "try --overwrite");
}
