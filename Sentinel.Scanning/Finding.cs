using System.Text.Json.Serialization;
using Sentinel.Scanning.Fixes;

namespace Sentinel.Scanning;

/// <summary>A defect in one file, as an analyzer reports it.</summary>
public sealed record Finding
{
    /// <summary>Id of a rule of <see cref="RuleCatalog"/>.</summary>
    public required string RuleId { get; init; }

    /// <summary>Id of the analyzer.</summary>
    public required string AnalyzerId { get; init; }

    /// <summary>Kind of defect.</summary>
    public required FindingCategory Category { get; init; }

    /// <summary>How bad if true.</summary>
    public required Severity Severity { get; init; }

    /// <summary>How sure.</summary>
    public required Confidence Confidence { get; init; }

    /// <summary>Weakness number of https://cwe.mitre.org; null when none fits.</summary>
    public int? Cwe { get; init; }

    /// <summary>The rule's title.</summary>
    public required string Title { get; init; }

    /// <summary>What is wrong here, in one sentence; never holds a secret.</summary>
    public required string Message { get; init; }

    /// <summary>The exact place.</summary>
    public required Location Location { get; init; }

    /// <summary>64 hexadecimal digits made of rule family, normalised tokens and scope, or of a keyed hash of the secret; no path, no line.</summary>
    public required string FingerprintHash { get; init; }

    /// <summary>For secrets: a few characters, the rest masked. Null otherwise.</summary>
    public string? MaskedPreview { get; init; }

    /// <summary>A few lines around the place with secrets masked; empty when there is nothing fit to show.</summary>
    public string Snippet { get; init; } = "";

    /// <summary>1-based number of the snippet's first line.</summary>
    public int SnippetStartLine { get; init; } = 1;

    /// <summary>What allows it, so that it is told but does not count; null for a finding that counts.</summary>
    public Suppression? Suppression { get; init; }

    /// <summary>For secrets: four hexadecimal digits that tie a <c>sentinel:allow[…]</c> comment to this value. Null otherwise.</summary>
    public string? AllowMark { get; init; }

    /// <summary>A change of the file that was proved to mend it; null when there is none.</summary>
    public FileFix? Fix { get; init; }

    /// <summary>
    /// Which change mends it is for others to say, and may be another one tomorrow for the same content: a cached result does not hold it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FixIsOfTheMoment { get; init; }

    /// <summary>Whether there is a change that mends it could not be told now; what was proved for the same content before still holds.</summary>
    [JsonIgnore]
    public bool FixIsUndecided { get; init; }

    /// <summary>Makes a change that may mend it, until that was tried; null where the rule knows of none. Not part of a cached result.</summary>
    [JsonIgnore]
    internal FixSource? Propose { get; init; }

    /// <summary>Identity of the content in which it stands; null when that was not known before reading. Not part of a cached result.</summary>
    [JsonIgnore]
    public string? BlobId { get; init; }

    /// <summary>The commit that brought the content, in a scan of a history; null otherwise. Not part of a cached result.</summary>
    [JsonIgnore]
    public CommitInfo? Commit { get; init; }
}
