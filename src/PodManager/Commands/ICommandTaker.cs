namespace PodManager.Commands;

/// <summary>A verb whose words, after the first, are a command line for a pod: `exec UUID ls -l` has no flag `-l`.</summary>
internal interface ICommandTaker;
