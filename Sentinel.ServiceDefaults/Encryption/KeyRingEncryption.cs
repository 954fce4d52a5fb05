using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace Sentinel.ServiceDefaults.Encryption;

/// <summary>Encrypts the keys of a data protection ring. A ring whose secret was changed is unreadable: a new key is made, and people sign in again.</summary>
/// <param name="cipher">What keys are encrypted with.</param>
/// <param name="former">What keys of before may have been encrypted with; null for nothing else.</param>
public sealed class KeyRingEncryption(SecretCipher cipher, SecretCipher? former = null) : IXmlEncryptor
{
    /// <inheritdoc/>
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var bytes = cipher.Seal(Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting)));
        return new EncryptedXmlInfo(
            new XElement("encrypted", new XAttribute("algorithm", "AES-256-GCM"), Convert.ToBase64String(bytes)), typeof(KeyRingDecryption));
    }

    /// <exception cref="CryptographicException">It was encrypted under another secret, or altered.</exception>
    public XElement Decrypt(XElement encryptedElement)
    {
        var bytes = Convert.FromBase64String(encryptedElement.Value);
        try
        {
            return Read(cipher.Open(bytes));
        }
        catch (CryptographicException) when (former is not null)
        {
            return Read(former.Open(bytes));
        }
    }

    private static XElement Read(byte[] plain) => XElement.Parse(Encoding.UTF8.GetString(plain));
}

/// <summary>What the ring names to be decrypted with; made by the framework, hence the service provider.</summary>
public sealed class KeyRingDecryption(IServiceProvider services) : IXmlDecryptor
{
    /// <inheritdoc/>
    public XElement Decrypt(XElement encryptedElement) => services.GetRequiredService<KeyRingEncryption>().Decrypt(encryptedElement);
}
