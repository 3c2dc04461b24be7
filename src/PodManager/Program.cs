using System.Runtime.InteropServices;
using Common.Native;
using PodManager;
using PodManager.Commands;
using PodManager.Lifecycle;
using PodManager.Output;

// A caller may have closed some. The next files to be opened would take their numbers, and be written to as if they were the user's.
bool isOutputMissing = Files.FillStandardStreams();
Files.KeepFromChildren();

// A limit of file sizes shows as an error of the call (setrlimit(2)).
_ = Libc.Signal(Tmds.Linux.LibC.SIGXFSZ, 1);

using Printer output = new(1, isLineByLine: false, isOutputMissing);
using Printer error = new(2, isLineByLine: true);

// Before anything is made that this one does not need.
if (args is ["--version"])
{
    output.Line($"podctl {VersionCommand.Number}");
    return (int)ExitCode.Ok;
}

// What podctl makes for pods has the modes that it says, whatever the caller's shell hides from others.
_ = Libc.UMask(0x12);

ErrorReport report = new(error);
Messages messages = new(error);
using CancellationTokenSource interruption = new();
int signalNumber = 0;

void Interrupt(PosixSignalContext context)
{
    context.Cancel = true;
    signalNumber = context.Signal == PosixSignal.SIGINT ? 2 : 15;
    interruption.Cancel();
}

IProgressSink ProgressOf(ProgressFormat format) => format switch
{
    ProgressFormat.None => new NoProgress(),
    ProgressFormat.Json => new ProgressJson(error, TimeProvider.System),
    _ => new ProgressDisplay(error, isDrawing: format == ProgressFormat.Auto && error.IsTerminal, TerminalSize.OfStandardError, TimeProvider.System),
};

using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using PosixSignalRegistration onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

try
{
    CommandContext context = new(
        settings => new Services(
            settings,
            messages,
            ProgressOf(settings.Progress),
            TimeProvider.System),
        output,
        messages,
        TimeProvider.System);
    CommandText.Check(args);
    OpenFileLimit.Ensure();
    int code = await new CommandLine(context).RunAsync(
        args,
        isRoot: Libc.GetEUid() == 0,
        settings => report.IsVerbose = messages.IsVerbose = settings.Debug,
        interruption.Token);
    output.Flush();
    return code;
}
catch (OperationCanceledException) when (interruption.IsCancellationRequested)
{
    return 128 + signalNumber;
}
#pragma warning disable CA1031 // the only catch-all: what is not understood is reported as a bug
catch (Exception e)
#pragma warning restore CA1031
{
    try
    {
        output.Flush();
    }
    catch (PodctlException)
    {
        // what went wrong first is what is told
    }

    return (int)report.Write(e);
}
