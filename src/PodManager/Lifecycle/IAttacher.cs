using Common.Contract;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Connects the user with an app of a pod in the background.</summary>
internal interface IAttacher
{
    /// <summary>What there is to attach to.</summary>
    /// <exception cref="PodctlException">The pod does not run.</exception>
    AttachTargets TargetsOf(PodId pod, AppName? app);

    /// <summary>Until the app ends or the user leaves.</summary>
    /// <returns>The app's exit code; 0 if it goes on.</returns>
    int Attach(PodId pod, AppName? app, AttachMode mode);
}
