using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PodManager.Tests.Images.Registry;

/// <summary>A proxy on loopback that knows CONNECT and nothing else: it passes on bytes and cannot see what they are.</summary>
internal sealed class TestProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, port: 0);

    public TestProxy()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>HOST:PORT.</summary>
    public string Host => _listener.LocalEndpoint.ToString()!;

    /// <summary>The Proxy-Authorization that it wants; null for none.</summary>
    public string? Authorization { get; init; }

    /// <summary>Where names lead that nobody else knows.</summary>
    public Dictionary<string, string> Names { get; } = [];

    /// <summary>HOST:PORT of each connection that was asked for, granted or not.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>HOST:PORT of each connection that was made.</summary>
    public ConcurrentQueue<string> Connected { get; } = new();

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
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                NetworkStream stream = client.GetStream();
                string[] lines = (await ReadHeadAsync(stream)).Split("\r\n");
                if (lines[0].Split(' ') is not ["CONNECT", string target, _])
                {
                    await stream.WriteAsync("HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                    return;
                }

                Asked.Enqueue(target);
                if (Authorization is not null && !lines.Contains($"Proxy-Authorization: {Authorization}", StringComparer.OrdinalIgnoreCase))
                {
                    await stream.WriteAsync("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                    return;
                }

                using TcpClient server = new();
                await server.ConnectAsync(IPEndPoint.Parse(Names.GetValueOrDefault(target, target)));
                Connected.Enqueue(target);
                await stream.WriteAsync("HTTP/1.1 200 Connected\r\n\r\n"u8.ToArray());
                NetworkStream other = server.GetStream();
                await Task.WhenAll(PassOnAsync(stream, server), PassOnAsync(other, client));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidDataException)
        {
            // One of the two hung up.
        }
    }

    private static async Task PassOnAsync(NetworkStream from, TcpClient to)
    {
        await from.CopyToAsync(to.GetStream());
        to.Client.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Not a byte beyond the empty line, behind which TLS begins.</summary>
    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        StringBuilder text = new();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            _ = await stream.ReadAsync(one) == 0 || text.Length > 8192 ? throw new InvalidDataException("no HTTP request") : text.Append((char)one[0]);
        }

        return text.ToString();
    }
}
