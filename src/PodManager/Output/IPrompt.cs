namespace PodManager.Output;

/// <summary>Asks the user.</summary>
internal interface IPrompt
{
    /// <returns>Null if there is no terminal.</returns>
    string? Ask(string question, bool isSecret, CancellationToken ct);

    /// <summary>Standard input up to its end, without the line break there.</summary>
    /// <exception cref="PodctlException">It is longer than anybody's password.</exception>
    string ReadInput();
}
