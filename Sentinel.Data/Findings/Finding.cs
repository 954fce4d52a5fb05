using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Liveness;

namespace Sentinel.Data.Findings;

/// <summary>A defect of a repository. Its identity is (repository, fingerprint, ordinal); path and line are evidence.</summary>
public sealed class Finding
{
    /// <summary><see cref="DismissedBy"/> of what the repository's policy dismissed; no person can have this name.</summary>
    public const string Policy = ".sentinel.yml";

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid RepositoryId { get; init; }

    /// <summary>64 hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Tells equal defects of one repository apart; 0 for the first, and always 0 for secrets.</summary>
    public required int Ordinal { get; init; }

    public required string RuleId { get; init; }

    public required List<string> AnalyzerIds { get; set; }

    public required FindingCategory Category { get; init; }

    public required Severity Severity { get; set; }

    /// <summary>The severity as a number (Critical 4 … Info 0), so that lists sort by an index.</summary>
    public short SeverityRank { get; private set; }

    public required Confidence Confidence { get; set; }

    public int? Cwe { get; set; }

    public required string Title { get; set; }

    public required string Message { get; set; }

    public FindingState State { get; set; } = FindingState.Open;

    public required string Path { get; set; }

    public required int StartLine { get; set; }

    public required int StartColumn { get; set; }

    public required int EndLine { get; set; }

    public required int EndColumn { get; set; }

    /// <summary>A few lines with secrets masked.</summary>
    public required string Snippet { get; set; }

    public required int SnippetStartLine { get; set; }

    public string? MaskedPreview { get; set; }

    /// <summary>What the provider said of the secret last; null when it was not asked.</summary>
    public LivenessState? Liveness { get; set; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    public string? FirstCommit { get; init; }

    public required Guid LastScanId { get; set; }

    public DismissReason? DismissReason { get; set; }

    public string? DismissJustification { get; set; }

    public string? DismissedBy { get; set; }

    public DateTimeOffset? DismissedAt { get; set; }

    public DateTimeOffset? DismissExpiresAt { get; set; }
}
