using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace System.Tests.Harness;

/// <summary>A request of a client's.</summary>
internal sealed record RegistryRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    public bool IsBlob => Path.Contains("/blobs/", StringComparison.Ordinal);

    public bool IsManifest => Path.Contains("/manifests/", StringComparison.Ordinal);
}

/// <summary>What it gets.</summary>
internal sealed record RegistryResponse(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>The connection ends after so many bytes of the body.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Half of the body is sent before, half of it after this.</summary>
    public Task Gate { get; init; } = Task.CompletedTask;

    public static RegistryResponse Error(int status, string code, int? retryAfterSeconds = null)
    {
        RegistryResponse response = new(status, Encoding.UTF8.GetBytes($"{{\"errors\":[{{\"code\":\"{code}\",\"message\":\"{code} for a test\"}}]}}"))
        {
            Headers = { ["Content-Type"] = "application/json" },
        };
        if (retryAfterSeconds is not null)
        {
            response.Headers["Retry-After"] = $"{retryAfterSeconds}";
        }

        return response;
    }
}

/// <summary>A registry with one image that can be made to misbehave.</summary>
internal sealed class FakeRegistry : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly OciImage _image;
    private readonly Func<RegistryRequest, RegistryResponse, RegistryResponse> _change;

    /// <param name="image">What it has, under any name and tag.</param>
    /// <param name="change">May replace the response to a request.</param>
    public FakeRegistry(OciImage image, Func<RegistryRequest, RegistryResponse, RegistryResponse>? change = null)
    {
        _image = image;
        _change = change ?? (static (_, response) => response);
        _listener.Start();
        _ = AcceptAsync();
    }

    public ConcurrentQueue<RegistryRequest> Requests { get; } = [];

    /// <summary>For podctl.</summary>
    public string Image => $"docker://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/test/image:1";

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using NetworkStream stream = client.GetStream();
                using StreamReader reader = new(stream, Encoding.ASCII, leaveOpen: true);
                if (await ReadRequestAsync(reader) is RegistryRequest request)
                {
                    Requests.Enqueue(request);
                    await WriteAsync(client, stream, request, _change(request, Answer(request)));
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The client has gone, as a killed one does.
        }
    }

    private static async Task<RegistryRequest?> ReadRequestAsync(StreamReader reader)
    {
        if ((await reader.ReadLineAsync())?.Split(' ') is not [string method, string path, _])
        {
            return null;
        }

        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            string[] parts = line.Split(':', 2);
            headers[parts[0]] = parts[1].Trim();
        }

        return new RegistryRequest(method, path, headers);
    }

    private RegistryResponse Answer(RegistryRequest request)
    {
        string last = request.Path.Split('/', '?')[^1];
        return request switch
        {
            { Path: "/v2/" } => new RegistryResponse(200, "{}"u8.ToArray()),
            { IsManifest: true } => new RegistryResponse(200, _image.Manifest)
            {
                Headers = { ["Content-Type"] = OciImage.ManifestType, ["Docker-Content-Digest"] = OciImage.Digest(_image.Manifest) },
            },
            { IsBlob: true } when _image.Blobs.TryGetValue(last, out byte[]? blob) => new RegistryResponse(200, blob)
            {
                Headers = { ["Content-Type"] = "application/octet-stream", ["Docker-Content-Digest"] = last },
            },
            _ => RegistryResponse.Error(404, "NOT_FOUND"),
        };
    }

    private static async Task WriteAsync(TcpClient client, NetworkStream stream, RegistryRequest request, RegistryResponse response)
    {
        StringBuilder head = new($"HTTP/1.1 {response.Status} Status\r\nConnection: close\r\nDocker-Distribution-Api-Version: registry/2.0\r\n");
        _ = head.Append(CultureInfo.InvariantCulture, $"Content-Length: {response.Body.Length}\r\n");
        foreach ((string name, string value) in response.Headers)
        {
            _ = head.Append($"{name}: {value}\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
        if (request.Method == "HEAD")
        {
            return;
        }

        if (response.CutAfter is int count)
        {
            await stream.WriteAsync(response.Body.AsMemory(0, count));
            client.LingerState = new LingerOption(true, 0); // the client sees a reset, not an end
            return;
        }

        int half = response.Body.Length / 2;
        await stream.WriteAsync(response.Body.AsMemory(0, half));
        await response.Gate;
        await stream.WriteAsync(response.Body.AsMemory(half));
    }
}
