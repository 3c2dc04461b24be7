namespace PodManager.Output;

/// <summary>A line of `--progress=json`. The shape is a promise: names and meanings stay, fields may be added.</summary>
/// <param name="Id">Tells pieces of work apart that are under way at once; counted from 1.</param>
/// <param name="Label">What is done, and to what.</param>
/// <param name="Done">Bytes.</param>
/// <param name="Total">Bytes; left out if nobody knows.</param>
/// <param name="Rate">Bytes per second; 0 while it is not known.</param>
/// <param name="State">`started`, `running`, `done` or `failed`.</param>
internal sealed record ProgressView(int Id, string Label, long Done, long? Total, long Rate, string State);
