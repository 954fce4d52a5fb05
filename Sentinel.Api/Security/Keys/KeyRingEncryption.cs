using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Sentinel.GitHub.SignIn;

namespace Sentinel.Api.Security.Keys;

/// <summary>
/// Encrypts the ring's keys with AES-256-GCM under a key derived (HKDF-SHA-256) from <c>GITHUB_CLIENT_SECRET</c>: whoever has the database
/// alone can open nothing. After the secret was changed the old keys are unreadable, a new one is made, and people sign in again.
/// </summary>
internal sealed class KeyRingEncryption(byte[] key) : IXmlEncryptor
{
    private const int KeyBytes = 32;

    public static KeyRingEncryption From(GitHubOAuthClient client) => new(client.DeriveKey("sentinel data protection key ring v1", KeyBytes));

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var (cipher, tag) = (new byte[plain.Length], new byte[AesGcm.TagByteSizes.MaxSize]);
        using var aes = new AesGcm(key, tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag);
        return new EncryptedXmlInfo(
            new XElement("encrypted", new XAttribute("algorithm", "AES-256-GCM"), Convert.ToBase64String([.. nonce, .. tag, .. cipher])), typeof(KeyRingDecryption));
    }

    /// <exception cref="CryptographicException">It was encrypted under another secret, or altered.</exception>
    public XElement Decrypt(XElement encryptedElement)
    {
        var (nonceBytes, tagBytes) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        var sealedBytes = Convert.FromBase64String(encryptedElement.Value).AsSpan();
        if (sealedBytes.Length < nonceBytes + tagBytes) throw new CryptographicException("The key is cut short.");
        var plain = new byte[sealedBytes.Length - nonceBytes - tagBytes];
        using var aes = new AesGcm(key, tagBytes);
        aes.Decrypt(sealedBytes[..nonceBytes], sealedBytes[(nonceBytes + tagBytes)..], sealedBytes.Slice(nonceBytes, tagBytes), plain);
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}

/// <summary>What the ring names to be decrypted with; made by the framework, hence the service provider.</summary>
internal sealed class KeyRingDecryption(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => services.GetRequiredService<KeyRingEncryption>().Decrypt(encryptedElement);
}
