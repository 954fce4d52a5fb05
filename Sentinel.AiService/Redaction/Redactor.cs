using Sentinel.Scanning.Secrets;

namespace Sentinel.AiService.Redaction;

/// <summary>
/// Makes a text fit to leave the house. Three nets one behind the other: this installation's own secrets, what Sentinel's scanner
/// reports, what merely looks like a secret. Lines stay where they are, so that a model's quotes can be checked against the result.
/// </summary>
internal sealed class Redactor(ConfiguredSecrets configured)
{
    /// <param name="text">At most what the request may hold.</param>
    /// <param name="path">Tells the scanner what kind of file it is.</param>
    /// <exception cref="System.Text.RegularExpressions.RegexMatchTimeoutException">The text could not be checked in time, and must not be sent.</exception>
    public string Redact(string text, string path, CancellationToken cancellationToken)
    {
        // First, so that nothing invisible can hide a secret from the nets.
        text = InvisibleText.Remove(text);
        text = configured.Mask(text);
        text = SecretMask.Mask(text, path, cancellationToken);
        return SecretLike.Mask(text);
    }
}
