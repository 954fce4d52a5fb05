using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.CustomRules;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Deliveries;
using Sentinel.Data.Feedback;
using Sentinel.Data.Outbox;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Tests.Fakes.FakeGitHub;
using Explanation = Sentinel.Data.Explanations.Explanation;
using Finding = Sentinel.Data.Findings.Finding;
using FindingEvent = Sentinel.Data.Findings.FindingEvent;
using FindingInstance = Sentinel.Data.Findings.FindingInstance;

namespace Sentinel.Tests.Api.Security;

/// <summary>One of everything that belongs to a repository.</summary>
/// <param name="Marker">Stands in every text of it, and in no other tenant's.</param>
internal sealed record Tenant(string Marker, FakeRepository? AtGitHub, Guid RepositoryId, Guid ScanId, Guid FailedScanId, Guid FindingId, string RequestId, string CloneUrl)
{
    public const string SharedRule = "custom-shared";

    /// <summary>Everything by which another's answer would show something of this tenant.</summary>
    public IReadOnlyList<string> Traces => [Marker, $"{RepositoryId}", $"{ScanId}", $"{FailedScanId}", $"{FindingId}", RequestId];

    /// <param name="repository">Null for one that was added by its address.</param>
    public static async Task<Tenant> AddAsync(ApiServer api, string marker, FakeRepository? repository, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = new Repository
        {
            GitHubId = repository?.Id,
            InstallationId = repository is null ? null : 7,
            FullName = repository?.FullName ?? $"{marker}/local",
            CloneUrl = repository?.CloneUrl ?? $"https://elsewhere.example/{marker}/local.git",
            DefaultBranch = "main",
            Private = true,
            CreatedAt = now,
            UpdatedAt = now,
            HeadCommit = Hex(marker)[..40],
        };
        var requestId = $"request-{marker}";
        var delivery = new Delivery
        {
            DeliveryId = $"delivery-{marker}",
            Event = "push",
            RepositoryId = row.Id,
            RequestId = requestId,
            Payload = [1],
            ReceivedAt = now,
            Outcome = DeliveryOutcome.Accepted,
        };
        var scan = NewScan(row, requestId, marker, now, ScanStatus.Succeeded, delivery.Id);
        var failed = NewScan(row, requestId, marker, now, ScanStatus.Failed, deliveryId: null);
        (failed.ErrorCode, failed.ErrorDetail) = ("clone-failed", $"It could not be cloned: {marker}");
        var finding = NewFinding(row, scan, marker, now);
        await api.QueryAsync(async db =>
        {
            db.AddRange(row, delivery, scan, failed, finding);
            db.Add(new FindingEvent
            {
                FindingId = finding.Id,
                RepositoryId = row.Id,
                ScanId = scan.Id,
                At = now,
                Kind = FindingEventKind.Opened,
                ToState = FindingState.Open,
                Cause = FindingCause.Code,
                RequestId = requestId,
                Detail = marker,
            });
            db.Add(new FindingInstance
            {
                FindingId = finding.Id,
                Ref = "refs/heads/main",
                RepositoryId = row.Id,
                Path = finding.Path,
                StartLine = 1,
                StartColumn = 1,
                EndLine = 1,
                EndColumn = 5,
                BlobSha = Hex(marker)[..40],
                CommitSha = Hex(marker)[..40],
                ScanId = scan.Id,
                Present = true,
                Places = [],
                UpdatedAt = now,
            });
            db.Add(new Sentinel.Data.Exposure.SecretExposure { FindingId = finding.Id, RepositoryId = row.Id, AuthorName = marker, UpdatedAt = now });
            db.Add(new Sentinel.Data.Exposure.SecretCommit
            {
                FindingId = finding.Id,
                CommitSha = Hex(marker)[..40],
                BlobSha = Hex(marker)[..40],
                Path = finding.Path,
                StartLine = 1,
                AuthorName = marker,
                AuthorEmail = $"{marker}@acme.example",
                AuthoredAt = now,
                CommittedAt = now,
            });
            db.Add(new Explanation { FindingId = finding.Id, RequestId = requestId, CreatedAt = now, CompletedAt = now, Summary = marker });
            db.Add(new OutboxMessage
            {
                Kind = $"kind-{marker}",
                AggregateKey = marker,
                IdempotencyKey = marker,
                RepositoryId = row.Id,
                Payload = "{}",
                NextAttemptAt = now,
                CreatedAt = now,
                RequestId = requestId,
                Attempts = 1,
            });
            db.Add(NewPull(row, marker, now));
            db.Add(new PullRequestFinding { RepositoryId = row.Id, PullRequestNumber = 1, Number = 1, FindingId = finding.Id, Standing = true });
            await db.SaveChangesAsync(cancellationToken);
            await AddDryRunAsync(db, row, marker, now, cancellationToken);
            return 0;
        });
        return new Tenant(marker, repository, row.Id, scan.Id, failed.Id, finding.Id, requestId, row.CloneUrl);
    }

    // The rule is everybody's; what its dry run found in a repository is not.
    private static async Task AddDryRunAsync(SentinelDbContext db, Repository row, string marker, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = new DryRunRepository(row.Id, row.FullName, 3, 0, [new CustomRuleSample(true, $"src/{marker}.env", 1, "abc…")], null);
        if (await db.CustomRuleDryRuns.SingleOrDefaultAsync(cancellationToken) is { } run)
        {
            run.Repositories = [.. run.Repositories, found];
        }
        else
        {
            var definition = new CustomRuleDefinition(SharedRule, "Shared", Severity.High, Confidence.High, ["acme_"], "acme_[a-z]{20}", null, null, null, ["acme_<alpha:20>"], ["acme"]);
            db.Add(new Sentinel.Data.CustomRules.CustomRule { Id = SharedRule, LatestVersion = 1, ChangedBy = "somebody", ChangedAt = now });
            db.Add(new Sentinel.Data.CustomRules.CustomRuleVersion { RuleId = SharedRule, Version = 1, Definition = definition, CreatedBy = "somebody", CreatedAt = now });
            db.Add(new Sentinel.Data.CustomRules.CustomRuleDryRun
            {
                RuleId = SharedRule,
                Version = 1,
                Status = DryRunStatus.Running,
                RequestedBy = "somebody",
                RequestedAt = now,
                Added = 6,
                Repositories = [found],
            });
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    private static PullRequest NewPull(Repository row, string marker, DateTimeOffset now) => new()
    {
        RepositoryId = row.Id,
        Number = 1,
        State = PullRequestState.Merged,
        HeadSha = Hex(marker)[..40],
        HeadRef = marker,
        BaseSha = Hex(marker)[..40],
        BaseRef = "main",
        Draft = false,
        FromFork = false,
        AuthorLogin = marker,
        Title = marker,
        UpdatedAt = now,
    };

    private static Scan NewScan(Repository row, string requestId, string marker, DateTimeOffset now, ScanStatus status, Guid? deliveryId) => new()
    {
        RepositoryId = row.Id,
        DeliveryId = deliveryId,
        RequestId = requestId,
        Kind = ScanKind.Push,
        Lane = ScanLane.Interactive,
        Ref = $"refs/heads/{marker}",
        CommitSha = Hex(marker)[..40],
        Status = status,
        QueuedAt = now,
        StartedAt = now,
        CompletedAt = now,
        Attempt = 1,
    };

    private static Finding NewFinding(Repository row, Scan scan, string marker, DateTimeOffset now) => new()
    {
        RepositoryId = row.Id,
        Fingerprint = Hex(marker),
        Ordinal = 0,
        RuleId = SharedRule,
        AnalyzerIds = ["secrets/patterns"],
        Category = FindingCategory.Secret,
        Severity = Severity.High,
        Confidence = Confidence.High,
        Title = $"A secret of {marker}",
        Message = marker,
        Path = $"src/{marker}.env",
        StartLine = 1,
        StartColumn = 1,
        EndLine = 1,
        EndColumn = 5,
        Snippet = marker,
        SnippetStartLine = 1,
        FirstSeenAt = now,
        LastSeenAt = now,
        LastScanId = scan.Id,
    };

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
