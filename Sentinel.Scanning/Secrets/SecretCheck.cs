namespace Sentinel.Scanning.Secrets;

/// <summary>A check beyond the pattern, for formats that carry one.</summary>
internal enum SecretCheck
{
    /// <summary>The pattern is all there is.</summary>
    None,

    /// <summary>Ends in the base-62 CRC-32 of what stands behind the last underscore (GitHub, npm).</summary>
    GitHubChecksum,

    /// <summary>The account number inside an AWS access key ID is a possible one.</summary>
    AwsAccount,

    /// <summary>A JSON Web Token with an algorithm (RFC 7519).</summary>
    Jwt,

    /// <summary>What stands behind the prefix decodes to a JSON object.</summary>
    Base64Json,

    /// <summary>The text between the marks of a PEM block decodes to DER, or to OpenSSH's own format.</summary>
    Pem,

    /// <summary>Bech32 with its checksum (BIP 173): age.</summary>
    Bech32,

    /// <summary>The first part is the base64 of a user's number: Discord.</summary>
    DiscordId,

    /// <summary>Base64 of the name of its package index: PyPI's macaroons.</summary>
    PyPiMacaroon,
}
