namespace PodManager.Output;

/// <summary>What `--format` chose.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One line.</summary>
    Json,

    JsonPretty,
}
