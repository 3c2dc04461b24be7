using PodManager.Output;

namespace PodManager.Commands;

/// <summary>Archives on standard output.</summary>
internal static class ArchiveOutput
{
    /// <exception cref="PodctlException">It is a terminal.</exception>
    public static void Check(Printer output)
    {
        if (output.IsTerminal)
        {
            throw new PodctlException(ExitCode.Usage, "an archive is not written to a terminal", "name a file, or redirect standard output");
        }
    }

    /// <summary>Of an archive, unlike of a list, a part is of no use: that its reader has gone is a failure.</summary>
    public static Action<ReadOnlyMemory<byte>> To(Printer output) => piece =>
    {
        output.Bytes(piece.Span);
        if (output.IsClosed)
        {
            throw new PodctlException(ExitCode.Failed, "cannot write the archive to standard output: nobody reads it");
        }
    };
}
