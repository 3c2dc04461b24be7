using System.Text;

namespace PodManager.Commands;

/// <summary>The command line as bytes.</summary>
internal static class CommandText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The runtime puts a replacement character in the place of what is no UTF-8: an app would get other words than were typed.</summary>
    /// <exception cref="PodctlException">A word is not UTF-8.</exception>
    public static void Check(string[] words)
    {
        if (!words.Any(static word => word.Contains(Replacement, StringComparison.Ordinal)))
        {
            return;
        }

        try
        {
            _ = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetCharCount(File.ReadAllBytes("/proc/self/cmdline"));
        }
        catch (DecoderFallbackException)
        {
            throw new PodctlException(ExitCode.Usage, "the command line has bytes that are not UTF-8", "standard input and files may have any bytes");
        }
    }
}
