using PodManager.Images.Configuration;
using PodManager.Images.Credentials;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Registry;

/// <summary>Opens registries as this host and this user are set up for them. Nothing is read before it is needed.</summary>
internal sealed class RegistryAccess(HostEnvironment host, IMessageSink messages, TimeProvider clock) : IImageNames
{
    private RegistriesConfiguration? _configuration;

    private RegistriesConfiguration Configuration => _configuration ??= RegistriesConfiguration.Read(host);

    public ImageRef Resolve(ImageRef image) =>
        image is RegistryRef registry && ShortNames.MayBeChanged(host, registry) ? Configuration.Resolve(registry) : image;

    /// <summary>An image whose name is resolved.</summary>
    /// <exception cref="PodctlException">Its registry is blocked, or a settings file is damaged.</exception>
    public RegistryOrigin Open(RegistryRef image, FetchOptions options)
    {
        CredentialStore logins = new(host, options.AuthFile, messages);
        IReadOnlyList<RegistryEndpoint> places = Configuration.Places(image.Host, image.Repository, image.Digest is not null);
        return new RegistryOrigin(image, new RegistryPlaces([.. places.Select(place => Connect(place, options, logins))], messages));
    }

    /// <summary>The registry itself, without mirrors, to try a login.</summary>
    /// <param name="registry">`HOST[:PORT]`.</param>
    /// <param name="path">A namespace there, or empty.</param>
    /// <param name="options">How it may be reached.</param>
    /// <param name="login">The login.</param>
    public RegistryClient Connect(string registry, string path, FetchOptions options, Credential login) =>
        Connect(Configuration.Places(registry, path, isDigest: false)[^1], options, new FixedCredential(login));

    private RegistryClient Connect(RegistryEndpoint place, FetchOptions options, ICredentialSource logins) => new(place, options, host, logins, clock);
}
