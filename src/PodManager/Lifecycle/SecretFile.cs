using System.Text.Json;
using Common.Contract;
using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>Reads the credentials of apps, for Stage1.</summary>
internal static class SecretFile
{
    /// <summary>All of them in a file in memory, which is gone once nobody has it open.</summary>
    /// <returns>Null if there are none.</returns>
    /// <exception cref="PodctlException">One cannot be read; nothing has been made so far.</exception>
    public static Fd? Load(IReadOnlyList<PodApp> apps, ExitCode refusal)
    {
        List<AppSecret> secrets = [];
        List<string> faults = [];
        foreach (PodApp app in apps)
        {
            int sizeBytes = 0;
            foreach (AppCredential credential in app.Credentials)
            {
                try
                {
                    byte[] content = Read(credential);
                    sizeBytes += content.Length;
                    secrets.Add(new AppSecret(app.Name.ToString(), credential.Name, content));
                }
                catch (NativeException e)
                {
                    faults.Add($"cannot read credential '{credential.Name}' of app '{app.Name}' from '{credential.Source}': {e.Reason}");
                }
            }

            if (sizeBytes > AppCredential.MaxBytes)
            {
                faults.Add($"the credentials of app '{app.Name}' are more than {AppCredential.MaxBytes} bytes, which is what systemd takes");
            }
        }

        if (faults.Count > 0)
        {
            throw new PodctlException(refusal, string.Join("; ", faults));
        }

        if (secrets.Count == 0)
        {
            return null;
        }

        Fd file = Files.OpenMemory("credentials");
        Files.WriteAll(file, JsonSerializer.SerializeToUtf8Bytes(new AppSecrets(secrets), SecretsJson.Default.AppSecrets));
        return file;
    }

    // A fifo or a device may have no end, and is read up to what is too much.
    private static byte[] Read(AppCredential credential)
    {
        using Fd file = Files.Open(credential.Source, O_RDONLY);
        return Files.ReadBytes(file, AppCredential.MaxBytes + 1);
    }
}
