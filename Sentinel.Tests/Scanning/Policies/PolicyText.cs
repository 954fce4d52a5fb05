using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Scanning.Policies;

/// <summary>Policies of tests, written as files.</summary>
internal static class PolicyText
{
    /// <summary>A file with everything that can be said.</summary>
    public const string Full =
        """
        version: 1
        gate:
          severity: critical
          confidence: high
          only-new: false
        paths:
          include:
            - src/**
          exclude:
            - "**/*.min.js"
            - vendor/
        suppressions:
          - rule: unpinned-uses
            path: .github/workflows/release.yml
            reason: Our own actions, released with the same review.
            expires: 2027-01-31
          - rule: github-pat
            fingerprint: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
            reason: Revoked on the day it leaked.
        comments:
          minimum-severity: high
          maximum: 3
          minimum-acted-on: 25
        ai:
          explain: true
          fix: false
        """;

    public static PolicyReading Read(string text) => PolicyReader.Read(PolicyFile.Name, System.Text.Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);

    /// <summary>A policy without errors; the version is written for it.</summary>
    public static RepositoryPolicy Policy(string text)
    {
        var reading = Read("version: 1\n" + text);
        Assert.Equal([], reading.Errors);
        return reading.Policy;
    }
}
