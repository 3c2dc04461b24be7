using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Networks;

/// <summary>
/// What is owed to plugins for one pod: `networks/UUID` below the data directory, with `attachments.json`, written before the first plugin is called, and what each plugin has printed, written by
/// the plugin itself. The directory is locked while somebody is at work on it, which includes plugins that have outlived their podctl.
/// </summary>
internal sealed class AttachmentFiles : IDisposable
{
    private const string ListFile = "attachments.json";
    private const uint OwnerOnly = 0x1C0;
    private const uint OwnerFile = 0x180;

    private static readonly TimeSpan LockStep = TimeSpan.FromMilliseconds(5);

    private readonly string _path;

    private AttachmentFiles(string path, Fd directory)
    {
        _path = path;
        Lock = directory;
    }

    /// <summary>The directory, locked.</summary>
    public Fd Lock { get; }

    public static string DirectoryOf(string dataDirectory) => Path.Combine(dataDirectory, "networks");

    public static AttachmentFiles Create(string directory, PodId pod, IReadOnlyList<NetworkAttachment> attachments)
    {
        _ = Files.MakeDirectory(null, Path.GetDirectoryName(directory)!, OwnerOnly);
        _ = Files.MakeDirectory(null, directory, OwnerOnly);
        string path = Path.Combine(directory, pod.ToString());
        _ = Files.MakeDirectory(null, path, OwnerOnly);
        AttachmentFiles files = new(path, Files.Open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
        try
        {
            Files.Lock(files.Lock, exclusive: true);
            Files.Replace(Path.Combine(path, ListFile), JsonSerializer.SerializeToUtf8Bytes(attachments, AttachmentJson.Default.IReadOnlyListNetworkAttachment), OwnerFile);
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <returns>Null if nothing is on record.</returns>
    /// <exception cref="PodctlException">A plugin, or another podctl, is still at work on it after that time.</exception>
    public static AttachmentFiles? Open(string directory, PodId pod, TimeSpan patience)
    {
        string path = Path.Combine(directory, pod.ToString());
        Fd opened;
        try
        {
            opened = Files.Open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }

        for (long start = Environment.TickCount64; !Files.TryLock(opened, exclusive: true); _ = Poll.Wait([], LockStep, []))
        {
            if (Environment.TickCount64 - start > patience.TotalMilliseconds)
            {
                opened.Dispose();
                throw new PodctlException(ExitCode.WrongState, $"the networks of pod '{pod}' are being set up or taken down", "try again when that has ended");
            }
        }

        return new AttachmentFiles(path, opened);
    }

    /// <returns>Null if somebody else has just removed it, or it never came to be.</returns>
    public IReadOnlyList<NetworkAttachment>? Read()
    {
        try
        {
            using Fd file = Files.OpenAt(Lock, ListFile, O_RDONLY | O_NOFOLLOW);
            return JsonSerializer.Deserialize(Files.ReadBytes(file, int.MaxValue), AttachmentJson.Default.IReadOnlyListNetworkAttachment);
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new PodctlException(ExitCode.Failed, $"'{_path}/{ListFile}' is damaged: {e.Message}", $"what the plugins have made for the pod has to be removed by hand, then '{_path}'", e);
        }
    }

    /// <summary>Where a plugin prints its result.</summary>
    public Fd OpenOutput(int attachment, int step) => Files.OpenAt(Lock, NameOf(attachment, step), O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, OwnerFile);

    /// <summary>The result of the last plugin of a chain that has printed one.</summary>
    public JsonObject? ResultOf(int attachment, int steps)
    {
        for (int step = steps - 1; step >= 0; step--)
        {
            try
            {
                using Fd file = Files.OpenAt(Lock, NameOf(attachment, step), O_RDONLY | O_NOFOLLOW);

                // A plugin that failed has printed an error in its place.
                if (PluginCall.Parse(Files.ReadText(file)) is { } result && !result.ContainsKey("msg") && !result.ContainsKey("code"))
                {
                    return result;
                }
            }
            catch (NativeException e) when (e.Errno == Errno.ENOENT)
            {
                continue;
            }
        }

        return null;
    }

    /// <summary>Nothing is owed any more.</summary>
    public void Remove()
    {
        try
        {
            Directory.Delete(_path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody else had the lock before, and has removed it.
        }
    }

    public void Dispose() => Lock.Dispose();

    private static string NameOf(int attachment, int step) => $"{attachment}-{step}.json";
}

/// <summary>attachments.json, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<NetworkAttachment>))]
internal sealed partial class AttachmentJson : JsonSerializerContext;
