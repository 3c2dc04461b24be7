using System.Text;
using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>podctl's own standard output and error, for the apps of one pod.</summary>
/// <param name="isShared">There are several apps.</param>
internal sealed class Outputs(bool isShared)
{
    private readonly Lock _writing = new();

    /// <param name="number">1 or 2.</param>
    /// <param name="app">Whose output it is; each line of it says so on a terminal, if there are several.</param>
    public IOutput Open(int number, string app)
    {
        Fd stream = new(number, owns: false);
        return isShared ? new LineOutput(stream, Terminal.IsTerminal(number) ? Encoding.UTF8.GetBytes($"{app}: ") : [], _writing) : new PlainOutput(stream);
    }
}
