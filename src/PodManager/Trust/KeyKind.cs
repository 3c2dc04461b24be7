namespace PodManager.Trust;

/// <summary>The kinds of keys that are understood.</summary>
internal enum KeyKind
{
    EcdsaP256,
    EcdsaP384,
    Rsa,
    Ed25519,
}
