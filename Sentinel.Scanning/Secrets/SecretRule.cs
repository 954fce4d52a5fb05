using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Secrets;

/// <summary>A check beyond the pattern, for formats that carry one.</summary>
internal enum SecretCheck { None, GitHubChecksum, AwsAccount, Jwt }

/// <summary>A secret rule as its YAML entry states it.</summary>
internal sealed class SecretRule
{
    /// <summary>Characters looked at before a keyword: the longest prefix that any format puts before its keyword.</summary>
    public const int WindowBefore = 128;

    private const int DefaultWindow = 512;

    private readonly Lazy<Regex> _pattern;

    public SecretRule(RuleDescriptor descriptor, IReadOnlyList<string> keywords, string pattern, SecretCheck check, double minEntropy, int? window)
    {
        Descriptor = descriptor;
        Keywords = keywords;
        PatternText = pattern;
        Check = check;
        MinEntropy = minEntropy;
        WindowAfter = window ?? DefaultWindow;
        // Compiled on the first candidate: a scan pays only for the providers whose words it meets.
        _pattern = new(() => new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
    }

    public RuleDescriptor Descriptor { get; }

    /// <summary>Lower case; one of them stands in or right before every match.</summary>
    public IReadOnlyList<string> Keywords { get; }

    public string PatternText { get; }

    public SecretCheck Check { get; }

    /// <summary>Least Shannon entropy of the secret in bits per character; 0 for none.</summary>
    public double MinEntropy { get; }

    /// <summary>Characters looked at after a keyword.</summary>
    public int WindowAfter { get; }

    /// <summary>Linear-time pattern; group 1 is the secret.</summary>
    public Regex Pattern => _pattern.Value;
}
