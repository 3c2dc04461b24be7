using System.Text;
using Common.Native;

namespace PodManager.Output;

/// <summary>Asks the person at the terminal.</summary>
internal static class Question
{
    private const int LongestAnswer = 256;

    /// <summary>Whether there is one to be asked.</summary>
    public static bool CanAsk => Terminal.IsTerminal(0);

    /// <summary>Asks until the answer is yes or no; the end of the input is no.</summary>
    public static bool IsYes(Messages messages, string question)
    {
        messages.Note(question);
        while (true)
        {
            switch (ReadLine())
            {
                case "yes" or "y":
                    return true;
                case "no" or "n" or null:
                    return false;
                default:
                    messages.Note("Please enter 'yes' or 'no'");
                    break;
            }
        }
    }

    // A terminal gives a line at a time (termios(3), canonical mode).
    private static string? ReadLine()
    {
        using Fd input = new(0, owns: false);
        byte[] buffer = new byte[LongestAnswer];
        int got = Files.Read(input, buffer);
        return got == 0 ? null : Encoding.UTF8.GetString(buffer, 0, got).Trim().ToLowerInvariant();
    }
}
