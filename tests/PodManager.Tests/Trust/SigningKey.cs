using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;
using PodManager.Images;
using PodManager.Images.Signatures;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images;
using PodManager.Tests.Images.Registry;
using PodManager.Trust;
using Xunit;

namespace PodManager.Tests.Trust;

/// <summary>A key that signs images in the formats of cosign.</summary>
internal sealed class SigningKey
{
    private readonly Func<byte[], byte[]> _sign;

    private SigningKey(byte[] der, Func<byte[], byte[]> sign)
    {
        Pem = new string(PemEncoding.Write("PUBLIC KEY", der)) + "\n";
        _sign = sign;
    }

    public string Pem { get; }

    public PublicKey Public
    {
        get
        {
            Assert.Null(PublicKey.TryParse(Pem, out PublicKey? key));
            return key!;
        }
    }

    public string Fingerprint => Public.Fingerprint.ToString();

    public static SigningKey Ecdsa(string curve = "nistP256", string hash = "SHA256")
    {
        ECDsa key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        return new SigningKey(key.ExportSubjectPublicKeyInfo(), data => key.SignData(data, new HashAlgorithmName(hash), DSASignatureFormat.Rfc3279DerSequence));
    }

    public static SigningKey Rsa(int bits = 2048, bool isPss = false)
    {
        RSA key = RSA.Create(bits);
        return new SigningKey(key.ExportSubjectPublicKeyInfo(), data => key.SignData(data, HashAlgorithmName.SHA256, isPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1));
    }

    public static SigningKey Ed25519()
    {
        Ed25519PrivateKeyParameters key = new(new SecureRandom());
        byte[] head = Convert.FromHexString("302a300506032b6570032100");
        return new SigningKey([.. head, .. key.GeneratePublicKey().GetEncoded()], data =>
        {
            byte[] signature = new byte[64];
            key.Sign(Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Algorithm.Ed25519, null, data, 0, data.Length, signature, 0);
            return signature;
        });
    }

    public static byte[] Payload(Digest digest, string name) => Encoding.UTF8.GetBytes(
        $$$"""{"critical":{"identity":{"docker-reference":"{{{name}}}"},"image":{"docker-manifest-digest":"{{{digest}}}"},"type":"cosign container image signature"},"optional":null}""");

    public static byte[] Statement(Digest digest, string? name = null, string predicate = "https://sigstore.dev/cosign/sign/v1") => Encoding.UTF8.GetBytes(
        $$$"""{"_type":"https://in-toto.io/Statement/v1","subject":[{{{{(name is null ? "" : $"\"name\":\"{name}\",")}}}"digest":{"{{{digest.Algorithm}}}":"{{{digest.Hex}}}"}}],"predicateType":"{{{predicate}}}","predicate":{}}""");

    public byte[] Sign(byte[] data) => _sign(data);

    public ImageSignature Simple(byte[] payload) => new(SignatureFormat.SimpleSigning, payload, Convert.ToBase64String(Sign(payload)));

    public byte[] Bundle(byte[] statement, string type = "application/vnd.in-toto+json")
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {type.Length} {type} {statement.Length} ")), .. statement];
        return Encoding.UTF8.GetBytes(
            $$$"""{"mediaType":"{{{SignatureTypes.Bundle}}}","verificationMaterial":{"publicKey":{"hint":"any"}},"dsseEnvelope":{"payload":"{{{Convert.ToBase64String(statement)}}}","payloadType":"{{{type}}}","signatures":[{"sig":"{{{Convert.ToBase64String(Sign(signed))}}}"}]}}""");
    }

    /// <summary>A manifest with one layer, and that layer, as an artifact in a registry.</summary>
    public static byte[] Artifact(byte[] layer, string layerType, string annotations = "") => Encoding.UTF8.GetBytes(
        $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{{TestImage.Descriptor("{}"u8.ToArray(), "application/vnd.oci.empty.v1+json")}}},"layers":[{{{TestImage.Descriptor(layer, layerType, annotations)}}}]}""");

    /// <summary>As `cosign sign` does it: at the tag that follows from the digest.</summary>
    public void SignAtTag(TestRegistry registry, string repository, Digest digest, string? claimedName = null)
    {
        byte[] payload = Payload(digest, claimedName ?? $"{registry.Host}/{repository}");
        byte[] manifest = Artifact(payload, SignatureTypes.SimpleSigning, $$$""","annotations":{"{{{SignatureTypes.SignatureAnnotation}}}":"{{{Convert.ToBase64String(Sign(payload))}}}"}""");
        registry.Put($"/v2/{repository}/blobs/{ContentHash.Of(payload)}", payload, "application/octet-stream");
        registry.Put($"/v2/{repository}/manifests/{digest.Algorithm}-{digest.Hex}.sig", manifest, "application/vnd.oci.image.manifest.v1+json");
    }

    /// <summary>As newer ones do it: a bundle that refers to the manifest.</summary>
    public void SignAsReferrer(TestRegistry registry, string repository, Digest digest, byte[] statement, bool hasApi)
    {
        byte[] bundle = Bundle(statement);
        byte[] manifest = Artifact(bundle, SignatureTypes.Bundle);
        byte[] index = TestImage.Index(TestImage.Descriptor(manifest, "application/vnd.oci.image.manifest.v1+json", $$""","artifactType":"{{SignatureTypes.Bundle}}" """));
        registry.Put($"/v2/{repository}/blobs/{ContentHash.Of(bundle)}", bundle, "application/octet-stream");
        registry.Put($"/v2/{repository}/manifests/{ContentHash.Of(manifest)}", manifest, "application/vnd.oci.image.manifest.v1+json");
        registry.Put(hasApi ? $"/v2/{repository}/referrers/{digest}" : $"/v2/{repository}/manifests/{digest.Algorithm}-{digest.Hex}", index, "application/vnd.oci.image.index.v1+json");
    }
}
