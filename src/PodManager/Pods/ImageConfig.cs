namespace PodManager.Pods;

/// <summary>What an image says about the app in it (OCI image-spec, config.md, the `config` object).</summary>
internal sealed record ImageConfig
{
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>`KEY=VALUE`, in the image's order.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>`user`, `uid`, `user:group`…; empty for root.</summary>
    public string User { get; init; } = "";

    /// <summary>Absolute; empty for `/`.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>A signal's name or number; empty for SIGTERM.</summary>
    public string StopSignal { get; init; } = "";

    public ImageHealth? Health { get; init; }

    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>`80/tcp`, or `80`.</summary>
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
