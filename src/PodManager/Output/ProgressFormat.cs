namespace PodManager.Output;

/// <summary>How progress is shown on standard error.</summary>
internal enum ProgressFormat
{
    /// <summary>Drawn on a terminal, else plain.</summary>
    Auto,

    /// <summary>A line now and then.</summary>
    Plain,

    /// <summary>A JSON object a line.</summary>
    Json,

    /// <summary>Not at all.</summary>
    None,
}
