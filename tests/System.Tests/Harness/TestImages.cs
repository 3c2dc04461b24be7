using Xunit;

namespace System.Tests.Harness;

/// <summary>Fetches the images that tests run, once, so that no test has another one's download in its output or its time.</summary>
public sealed class TestImages : IAsyncLifetime
{
    private static readonly string[] Names =
    [
        "busybox:latest", "container:1.0", "scratch:latest", "layers:latest", "variants:entrypoint", "variants:no-command", "variants:shell", "variants:env",
        "variants:user", "variants:user-numeric", "variants:user-group", "variants:user-unknown", "variants:workdir", "variants:user-workdir",
        "variants:stopsignal", "variants:stubborn",
    ];

    public async ValueTask InitializeAsync()
    {
        if (SystemHost.SkipReason is null)
        {
            await Wait.UntilAsync(IsRegistryUpAsync, "the test registry answers", Wait.Deadline, CancellationToken.None);

            // A failure shows in the tests that use the image.
            foreach (string name in Machine.IsThis ? Names[..1] : Names)
            {
                _ = await Podctl.RunAsync(CancellationToken.None, "fetch", Podctl.Trust, Podctl.Registry + name);
            }

            // The first run makes the directories that stay.
            _ = await Podctl.RunAsync(CancellationToken.None, "run", "--rm", Podctl.Trust, Podctl.Registry + Names[0], "--", "true");
        }
    }

    public ValueTask DisposeAsync() => default;

    private static async Task<bool> IsRegistryUpAsync()
    {
        using HttpClient client = new();
        try
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri("http://127.0.0.1:5000/v2/"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
