using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PodManager.Tests.Images.Registry;

/// <summary>An authority that no system knows, with a certificate for a server on this host and one for a client.</summary>
internal sealed class TestCertificates : IDisposable
{
    private const string AuthorityName = "CN=podctl test authority";
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow.AddDays(-1);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;

    /// <param name="serverNames">The server's, beside its addresses.</param>
    public TestCertificates(params IReadOnlyList<string> serverNames)
    {
        CertificateRequest request = new(AuthorityName, _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _authority = request.CreateSelfSigned(Start, Start.AddDays(3));
        Server = Issue("CN=registry", "1.3.6.1.5.5.7.3.1", serverNames);
        Client = Issue("CN=client", "1.3.6.1.5.5.7.3.2", []);
    }

    public X509Certificate2 Server { get; }

    public X509Certificate2 Client { get; }

    public static string Issuer => AuthorityName;

    public string AuthorityPem => _authority.ExportCertificatePem();

    public string ClientPem => Client.ExportCertificatePem();

    public string ClientKeyPem => Client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    public void Dispose()
    {
        Server.Dispose();
        Client.Dispose();
        _authority.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Issue(string name, string usage, IReadOnlyList<string> hosts)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.Parse("::ffff:127.0.0.2"));
        foreach (string host in hosts)
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(_authority, Start, Start.AddDays(2), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
