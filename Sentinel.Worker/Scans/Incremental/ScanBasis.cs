using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sentinel.Git;
using Sentinel.Scanning;

namespace Sentinel.Worker.Scans.Incremental;

/// <summary>Everything but the tree on which a scan's result depends.</summary>
internal static class ScanBasis
{
    // Raised when what a baseline means changes.
    private const int Version = 1;

    /// <summary>64 hexadecimal digits.</summary>
    public static string Of(string rulePackHash, ScanOptions options, GitLimits limits)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(options.FingerprintKey.Span));
        var text = string.Create(CultureInfo.InvariantCulture, $"""
            {Version}
            {rulePackHash}
            {key}
            {options.MaxFileBytes} {options.MaxTotalBytes} {options.MaxFiles} {options.MaxFindingsPerFile} {options.FileTimeout} {options.Allowed}
            {limits.MaxFiles} {limits.MaxPathBytes} {limits.MaxBlobBytes}
            """);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
