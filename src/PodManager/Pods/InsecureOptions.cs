namespace PodManager.Pods;

/// <summary>The protections that `--insecure-options` turns off.</summary>
[Flags]
internal enum InsecureOptions
{
    None = 0,

    /// <summary>Images run without a trusted signature.</summary>
    Image = 0x01,

    /// <summary>TLS certificates are not verified when an image is fetched.</summary>
    Tls = 0x02,

    /// <summary>Images may be fetched by plain HTTP.</summary>
    Http = 0x04,

    /// <summary>TLS is not verified when keys are fetched.</summary>
    PubKey = 0x08,

    /// <summary>Apps keep every capability.</summary>
    Capabilities = 0x10,

    /// <summary>No path of /proc and /sys is hidden or read-only, and every device is allowed.</summary>
    Paths = 0x20,

    /// <summary>No system call is filtered.</summary>
    Seccomp = 0x40,

    AllFetch = Image | Tls | Http | PubKey,
    AllRun = Capabilities | Paths | Seccomp,
    All = AllFetch | AllRun,
}
