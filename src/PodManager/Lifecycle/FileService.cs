using Common.Native;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>`podctl cp` and `podctl export`.</summary>
internal sealed class FileService(PodService pods, AppTrees trees, IAppCopier copier, Func<IImageExporter> exporter, IMessageSink messages) : IFileService
{
    public async Task CopyAsync(CopyOptions options, Action<ReadOnlyMemory<byte>> output, CancellationToken ct)
    {
        Pod pod = Readable(options.Pod);
        OpenFileLimit.EnsureForTrees();
        try
        {
            if (options.IsIntoPod)
            {
                if (!pod.State.IsUp())
                {
                    throw new PodctlException(
                        ExitCode.WrongState, $"cannot copy into pod '{pod.Id}': its state is '{pod.State.Word()}'", "only a pod that runs or is paused takes files; `podctl cp` copies out of it now, too");
                }

                using AppTree target = trees.OpenUp(pod.Id, options.App);
                await copier.CopyInAsync(options, target, ct);
                return;
            }

            using AppTree source = pod.State.IsUp() ? trees.OpenUp(pod.Id, options.App) : OpenEnded(pod, options.App, ct);
            copier.CopyOut(options, source, output, ct);
        }
        catch (NativeException failure)
        {
            throw new PodctlException(ExitCode.Failed, options.IsIntoPod ? $"cannot copy into pod '{pod.Id}'" : $"cannot copy out of pod '{pod.Id}'", cause: failure);
        }
    }

    public async Task ExportAsync(PodExportOptions options, CancellationToken ct)
    {
        Pod pod = Readable(options.Pod);
        if (pod.State is not (PodState.Exited or PodState.ExitedGarbage))
        {
            throw new PodctlException(
                ExitCode.WrongState,
                $"pod '{pod.Id}' is not exited. Only exited pods can be exported",
                pod.State.IsUp() ? $"`podctl stop {pod.Id}` ends it; `podctl cp {pod.Id}:PATH DST` takes single files out meanwhile" : null);
        }

        PodApp app = AppProcess.AppOf(pod, options.App);
        using AppTree tree = trees.OpenEnded(pod, app, ct);
        PodExport export = new(pod.Record!, app, tree.Upper, tree.Ids, EndOf(pod), messages.Note);
        await (options.File is { } file ? exporter().ExportPodAsync(export, file, options.Overwrites, ct) : exporter().ExportPodAsync(export, options.Output, ct));
    }

    /// <summary>Does not change any more: the same pod always gives the same archive.</summary>
    private static DateTimeOffset EndOf(Pod pod) => pod.Statuses.Values.Select(static status => status.Finished).Append(pod.Started ?? pod.Record!.Created).Max();

    private AppTree OpenEnded(Pod pod, AppName? name, CancellationToken ct)
    {
        return pod.State is PodState.Exited or PodState.ExitedGarbage or PodState.Prepared
            ? trees.OpenEnded(pod, AppProcess.AppOf(pod, name), ct)
            : throw new PodctlException(ExitCode.WrongState, $"cannot copy out of pod '{pod.Id}': its state is '{pod.State.Word()}'");
    }

    private Pod Readable(PodId id)
    {
        Pod pod = pods.Get(id);
        return pod.Record is not null ? pod : throw new PodctlException(ExitCode.WrongState, $"pod '{id}' cannot be read: {pod.Problem ?? $"its state is '{pod.State.Word()}'"}");
    }
}
