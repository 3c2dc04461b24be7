using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Export;

/// <summary>The configuration of an image that was made of a pod's app: its image's, with one layer and one line of history more.</summary>
internal static class PodDocuments
{
    /// <param name="export">The app.</param>
    /// <param name="image">Its image's configuration; null if that is gone.</param>
    /// <param name="before">The image's layers, as the store knows them.</param>
    /// <param name="layers">All layers, as they were packed.</param>
    /// <exception cref="PodctlException">The image's own configuration cannot be read.</exception>
    public static ImageDocument Configuration(PodExport export, ImageDocument? image, IReadOnlyList<Digest> before, IReadOnlyList<Blob> layers)
    {
        try
        {
            JsonObject config = image is null ? OfApp(export.App) : ExportDocuments.Read(image, before);
            string created = export.Ended.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            config["created"] = created;
            if (config["history"] is JsonArray history && layers.Count > before.Count)
            {
                history.Add((JsonNode)new JsonObject { ["created"] = created, ["created_by"] = "podctl export", ["comment"] = $"app {export.App.Name} of pod {export.Pod.Uuid}" });
            }

            ExportDocuments.SetLayers(config, layers);
            return ExportDocuments.Document(config, MediaTypes.OciConfig);
        }
        catch (Exception damaged) when (damaged is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new PodctlException(ExitCode.Failed, $"the configuration of image '{export.App.Image.Name}' cannot be written anew", cause: damaged);
        }
    }

    /// <summary>What the pod knows of an image that is gone. Not the environment: what the user has added to it, such as passwords, is no part of an image.</summary>
    private static JsonObject OfApp(PodApp app)
    {
        JsonArray command = [];
        foreach (string word in app.Exec.Skip(1).Prepend(app.Program))
        {
            command.Add((JsonNode)word);
        }

        return new JsonObject
        {
            ["architecture"] = HostPlatform.Current.ArchitectureName,
            ["os"] = "linux",
            ["config"] = new JsonObject
            {
                ["Cmd"] = command,
                ["User"] = string.Create(CultureInfo.InvariantCulture, $"{app.User.Uid}:{app.User.Gid}"),
                ["WorkingDir"] = app.WorkingDirectory,
                ["StopSignal"] = app.StopSignal,
            },
        };
    }
}
