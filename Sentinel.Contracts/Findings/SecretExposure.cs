namespace Sentinel.Contracts.Findings;

/// <summary>What shows that a secret no longer opens anything.</summary>
public enum RotationProof
{
    /// <summary>A person says so.</summary>
    Attested,

    /// <summary>Its provider refuses it.</summary>
    RefusedByProvider,
}

/// <summary>How long, where and through whom a secret was within reach of others.</summary>
/// <param name="AuthorName">Author of the commit that introduced the value first; null until the history was read. Whoever makes a commit chooses this text.</param>
/// <param name="AuthorEmail">As <paramref name="AuthorName"/>.</param>
/// <param name="IntroducedCommit">Full id of that commit; null until the history was read.</param>
/// <param name="AuthoredAt">As the commit says.</param>
/// <param name="CommittedAt">As the commit says.</param>
/// <param name="FirstPushedAt">When Sentinel received the push that brought the value; null when it was there before Sentinel.</param>
/// <param name="Refs">Full names of branches, tags and pull requests from which a commit with the value can be reached; at most 50.</param>
/// <param name="RefsTotal">The whole number of such refs.</param>
/// <param name="RefsCheckedAt">When the refs were last compared; null when never.</param>
/// <param name="InDefaultBranch">The newest scan of the default branch found the value in its files.</param>
/// <param name="Dropped">No ref reaches a commit with the value any more: a force push or a deletion dropped them.</param>
/// <param name="StillServed">Whether the remote hands out dropped commits to whoever knows their id; null when not asked.</param>
/// <param name="Commits">Commits that introduced a file with the value, oldest first, at most 100.</param>
/// <param name="CommitsTotal">The whole number of such commits that were seen.</param>
/// <param name="RemovedAt">When the value left the code of every ref; null while it stands there, or when it was found in the history only.</param>
/// <param name="RotatedBy">Who attested the rotation; null when the provider's answer proved it.</param>
/// <param name="RotationNote">What the person wrote, or what the provider answered.</param>
/// <param name="ExposedSince">First push, else the commit's time, else the first scan that saw it.</param>
/// <param name="ExposedUntil">When the rotation was attested or proved; null while the clock runs.</param>
/// <param name="MinutesExposed">From <paramref name="ExposedSince"/> to <paramref name="ExposedUntil"/>, or to now; never negative.</param>
public sealed record SecretExposure(
    string? AuthorName, string? AuthorEmail, string? IntroducedCommit, DateTimeOffset? AuthoredAt, DateTimeOffset? CommittedAt,
    DateTimeOffset? FirstPushedAt, IReadOnlyList<string> Refs, int RefsTotal, DateTimeOffset? RefsCheckedAt, bool InDefaultBranch,
    bool Dropped, bool? StillServed, IReadOnlyList<SecretCommit> Commits, int CommitsTotal, DateTimeOffset? RemovedAt,
    RotationProof? Rotation, string? RotatedBy, string? RotationNote, DateTimeOffset ExposedSince, DateTimeOffset? ExposedUntil,
    long MinutesExposed);

/// <summary>A commit that introduced a file holding the secret.</summary>
/// <param name="StartLine">1-based line of the value in that version of the file.</param>
/// <param name="PushedAt">When Sentinel received the push with the commit; null when it was there before.</param>
public sealed record SecretCommit(
    string CommitSha, string Path, int StartLine, string AuthorName, string AuthorEmail, DateTimeOffset AuthoredAt,
    DateTimeOffset CommittedAt, DateTimeOffset? PushedAt);

/// <summary>Body of <c>POST /api/v1/findings/{id}/attest-rotation</c>.</summary>
/// <param name="Note">How and where it was rotated, in 1 to 2,000 characters; never the new value.</param>
public sealed record AttestRotationRequest(string Note);
