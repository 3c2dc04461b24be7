using Common.Native;

namespace PodManager.Lifecycle;

/// <summary>Collects the failures of a command on several things, of which those that can be done are done.</summary>
internal sealed class Failures(string verb, string noun)
{
    private readonly List<PodctlException> _failures = [];

    public void Collect(Action act)
    {
        try
        {
            act();
        }
        catch (PodctlException e)
        {
            _failures.Add(e);
        }
        catch (Exception e) when (e is NativeException or IOException or UnauthorizedAccessException)
        {
            _failures.Add(new PodctlException(ExitCode.Failed, e.Message, cause: e));
        }
    }

    /// <summary>One failure stays as it is; several become one line.</summary>
    public void ThrowIfAny()
    {
        switch (_failures)
        {
            case []:
                return;
            case [PodctlException only]:
                throw only;
            default:
                ExitCode code = _failures.Select(static e => e.Code).Distinct().Count() == 1 ? _failures[0].Code : ExitCode.Failed;
                throw new PodctlException(
                    code,
                    $"failed to {verb} {_failures.Count} {noun}s: {string.Join("; ", _failures.Select(static e => e.Message))}",
                    _failures.Select(static e => e.Hint).Distinct().Count() == 1 ? _failures[0].Hint : null,
                    new AggregateException(_failures));
        }
    }
}
