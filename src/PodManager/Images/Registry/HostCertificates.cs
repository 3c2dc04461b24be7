using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PodManager.Images.Registry;

/// <summary>What certs.d has for one host: authorities besides the system's, and certificates of podctl's own (containers-certs.d(5)).</summary>
internal sealed class HostCertificates : IDisposable
{
    private readonly X509Certificate2Collection _authorities = [];

    private HostCertificates()
    {
    }

    /// <summary>What podctl shows when the host asks who it is.</summary>
    public X509Certificate2Collection Own { get; } = [];

    /// <summary>Reads the directory of a host; the first that exists counts.</summary>
    /// <param name="host">The host's settings.</param>
    /// <param name="address">The host, and its port unless it is that of HTTPS.</param>
    /// <exception cref="PodctlException">A file is damaged, or a key or certificate is missing.</exception>
    public static HostCertificates Read(HostEnvironment host, Uri address)
    {
        HostCertificates certificates = new();
        string[] names = address.Host == RegistryEndpoint.ApiHostOf("docker.io") ? ["docker.io", address.Host]
            : address.IsDefaultPort ? [address.Host, $"{address.Host}:{address.Port}"]
            : [address.Authority];
        IEnumerable<string> directories = ((string[])["/etc/containers/certs.d", "/etc/docker/certs.d"])
            .SelectMany(place => names.Select(name => Path.Combine(host.Path(place), name)));
        try
        {
            if (directories.FirstOrDefault(Directory.Exists) is { } directory)
            {
                certificates.Add(directory);
            }

            return certificates;
        }
        catch
        {
            certificates.Dispose();
            throw;
        }
    }

    /// <summary>Whether the host's own authorities vouch for a certificate that the system's do not.</summary>
    public bool Vouches(X509Certificate? certificate, X509Chain? chain)
    {
        if (_authorities.Count == 0 || certificate is not X509Certificate2 leaf)
        {
            return false;
        }

        using X509Chain own = new();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (X509ChainElement element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            _ = own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        own.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // to be a server
        return own.Build(leaf);
    }

    public void Dispose()
    {
        foreach (X509Certificate2 certificate in _authorities.Concat(Own))
        {
            certificate.Dispose();
        }
    }

    private void Add(string directory)
    {
        foreach (string path in HostEnvironment.FilesIn(directory, ".crt", withLinks: true))
        {
            int before = _authorities.Count;
            Read(path, "certificate", () => _authorities.ImportFromPemFile(path));
            if (_authorities.Count == before)
            {
                throw new PodctlException(ExitCode.Usage, $"cannot read '{path}': it holds no certificate in PEM format");
            }
        }

        foreach (string path in HostEnvironment.FilesIn(directory, ".cert", withLinks: true))
        {
            string key = Path.ChangeExtension(path, ".key");
            if (!File.Exists(key))
            {
                throw new PodctlException(ExitCode.Usage, $"cannot use '{path}': its key '{key}' is missing", "an authority's certificate is called *.crt, one of podctl's own *.cert");
            }

            Read(path, "certificate or key", () => Own.Add(X509Certificate2.CreateFromPemFile(path, key)));
        }

        foreach (string path in HostEnvironment.FilesIn(directory, ".key", withLinks: true))
        {
            if (!File.Exists(Path.ChangeExtension(path, ".cert")))
            {
                throw new PodctlException(ExitCode.Usage, $"cannot use '{path}': its certificate '{Path.ChangeExtension(path, ".cert")}' is missing");
            }
        }
    }

    private static void Read(string path, string what, Action read)
    {
        try
        {
            read();
        }
        catch (CryptographicException)
        {
            throw new PodctlException(ExitCode.Usage, $"cannot read '{path}': it is no {what} in PEM format, or its key does not fit");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PodctlException(ExitCode.NotPermitted, $"cannot read '{path}'", cause: failure);
        }
    }
}
