using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PodManager.Images;
using PodManager.Images.Oci;

namespace PodManager.Tests.Images.Registry;

/// <summary>A registry on loopback that does what it is told, good or bad. One request per connection.</summary>
internal sealed class TestRegistry : IDisposable
{
    private static readonly string[] Methods = ["GET ", "HEAD ", "POST "];

    private readonly TcpListener _listener;
    private readonly X509Certificate2? _certificate;
    private readonly Dictionary<string, (byte[] Content, string MediaType)> _documents = [];
    private long _bytesSent;

    public TestRegistry(X509Certificate2? certificate = null, IPAddress? address = null)
    {
        _certificate = certificate;
        _listener = new TcpListener(address ?? IPAddress.Loopback, port: 0);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>HOST:PORT.</summary>
    public string Host => _listener.LocalEndpoint.ToString()!;

    /// <summary>Whose certificates clients must have; null if they need none.</summary>
    public string? ClientAuthority { get; init; }

    public ConcurrentQueue<TestRequest> Requests { get; } = new();

    /// <summary>Looked at first; null for the normal answer.</summary>
    public Func<TestRequest, TestResponse?> Intercept { get; set; } = static _ => null;

    /// <summary>The bytes of bodies that have gone out.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public int CountOf(string part) => Requests.Count(request => request.Path.Contains(part, StringComparison.Ordinal));

    public TestRegistry Add(string name, TestImage image, string tag = "latest")
    {
        Put($"/v2/{name}/manifests/{tag}", image.Manifest, image.ManifestType);
        Put($"/v2/{name}/manifests/{ContentHash.Of(image.Manifest)}", image.Manifest, image.ManifestType);
        foreach (byte[] blob in image.Blobs.Append(image.Config))
        {
            Put($"/v2/{name}/blobs/{ContentHash.Of(blob)}", blob, "application/octet-stream");
        }

        return this;
    }

    public void AddIndex(string name, byte[] index, string tag = "latest")
    {
        Put($"/v2/{name}/manifests/{tag}", index, MediaTypes.OciIndex);
        Put($"/v2/{name}/manifests/{ContentHash.Of(index)}", index, MediaTypes.OciIndex);
    }

    public void Put(string path, byte[] content, string mediaType) => _documents[path] = (content, mediaType);

    /// <summary>The answer that a good registry gives.</summary>
    public TestResponse Answer(TestRequest request)
    {
        if (!_documents.TryGetValue(request.Path, out (byte[] Content, string MediaType) document))
        {
            return new TestResponse(404) { Body = """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"""u8.ToArray() };
        }

        int offset = request.Offset;
        return new TestResponse(offset > 0 ? 206 : 200)
        {
            Body = document.Content[offset..],
            Headers = offset == 0 && request.Path.Contains("/manifests/", StringComparison.Ordinal)
                ? new() { ["Content-Type"] = document.MediaType, ["Docker-Content-Digest"] = ContentHash.Of(document.Content).ToString() }
                : offset > 0
                ? new() { ["Content-Type"] = document.MediaType, ["Content-Range"] = $"bytes {offset}-{document.Content.Length - 1}/{document.Content.Length}" }
                : new() { ["Content-Type"] = document.MediaType },
        };
    }

    /// <summary>Nobody answers any more.</summary>
    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    SslStream tls = new(stream, leaveInnerStreamOpen: false, (_, client, _, _) => ClientAuthority is null || client?.Issuer == ClientAuthority);
                    await tls.AuthenticateAsServerAsync(_certificate, ClientAuthority is not null, checkCertificateRevocation: false);
                    stream = tls;
                }

                TestRequest request = await ReadAsync(stream);
                Requests.Enqueue(request);
                await WriteAsync(stream, Intercept(request) ?? Answer(request), request.Method == "HEAD");
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException or InvalidDataException)
        {
            // A client that hangs up, or speaks TLS where it should not.
        }
    }

    private static async Task<TestRequest> ReadAsync(Stream stream)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            int got = await stream.ReadAsync(buffer);
            _ = text.Append(Encoding.Latin1.GetString(buffer, 0, got));
            if (got == 0 || !Methods.Any(method => text.ToString().StartsWith(method, StringComparison.Ordinal)))
            {
                throw new InvalidDataException("no HTTP request");
            }
        }

        string[] parts = text.ToString().Split("\r\n\r\n", 2);
        string[] lines = parts[0].Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, string> headers = lines.Skip(1).Select(static line => line.Split(": ", 2)).ToDictionary(static pair => pair[0].ToLowerInvariant(), static pair => pair[1]);
        StringBuilder body = new(parts[1]);
        while (headers.TryGetValue("content-length", out string? length) && body.Length < int.Parse(length))
        {
            int got = await stream.ReadAsync(buffer);
            _ = got == 0 ? throw new InvalidDataException("a form without its end") : body.Append(Encoding.Latin1.GetString(buffer, 0, got));
        }

        return new TestRequest(lines[0].Split(' ')[1], headers) { Method = lines[0].Split(' ')[0], Body = body.ToString() };
    }

    private async Task WriteAsync(Stream stream, TestResponse response, bool headersOnly)
    {
        StringBuilder head = new($"HTTP/1.1 {response.Status} Status\r\nConnection: close\r\n");
        if (!response.Headers.ContainsKey("Content-Length"))
        {
            _ = head.Append($"Content-Length: {response.Body.Length}\r\n");
        }

        foreach ((string name, string value) in response.Headers)
        {
            _ = head.Append($"{name}: {value}\r\n");
        }

        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()));
        int size = headersOnly ? 0 : Math.Min(response.Body.Length, response.CutAfter);
        await stream.WriteAsync(response.Body.AsMemory(0, size));
        _ = Interlocked.Add(ref _bytesSent, size);
        await stream.FlushAsync();
    }
}
