using Microsoft.EntityFrameworkCore;
using Sentinel.Data.Access;
using Sentinel.Data.Audit;
using Sentinel.Data.CustomRules;
using Sentinel.Data.Deliveries;
using Sentinel.Data.Explanations;
using Sentinel.Data.Exposure;
using Sentinel.Data.Feedback;
using Sentinel.Data.Findings;
using Sentinel.Data.Heartbeat;
using Sentinel.Data.Liveness;
using Sentinel.Data.Outbox;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Data.Settings;

namespace Sentinel.Data;

/// <summary>Everything Sentinel knows. Times are UTC, keys are version 7 UUIDs, names are snake_case.</summary>
public sealed class SentinelDbContext(DbContextOptions<SentinelDbContext> options) : DbContext(options)
{
    public DbSet<Repository> Repositories => Set<Repository>();

    public DbSet<Delivery> Deliveries => Set<Delivery>();

    public DbSet<Scan> Scans => Set<Scan>();

    public DbSet<ScanBaseline> ScanBaselines => Set<ScanBaseline>();

    public DbSet<ScanGap> ScanGaps => Set<ScanGap>();

    public DbSet<ScanSnapshot> ScanSnapshots => Set<ScanSnapshot>();

    public DbSet<PullRequest> PullRequests => Set<PullRequest>();

    public DbSet<CheckRun> CheckRuns => Set<CheckRun>();

    public DbSet<FileAnalysis> FileAnalyses => Set<FileAnalysis>();

    public DbSet<Finding> Findings => Set<Finding>();

    public DbSet<FindingInstance> FindingInstances => Set<FindingInstance>();

    public DbSet<FindingEvent> FindingEvents => Set<FindingEvent>();

    public DbSet<SecretExposure> SecretExposures => Set<SecretExposure>();

    public DbSet<SecretCommit> SecretCommits => Set<SecretCommit>();

    public DbSet<Explanation> Explanations => Set<Explanation>();

    public DbSet<AuditEntry> AuditLog => Set<AuditEntry>();

    public DbSet<OutboxMessage> Outbox => Set<OutboxMessage>();

    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();

    public DbSet<LivenessProvider> LivenessProviders => Set<LivenessProvider>();

    public DbSet<SecretLiveness> SecretLiveness => Set<SecretLiveness>();

    public DbSet<HeartbeatRun> HeartbeatRuns => Set<HeartbeatRun>();

    public DbSet<HeartbeatRule> HeartbeatRules => Set<HeartbeatRule>();

    public DbSet<CustomRule> CustomRules => Set<CustomRule>();

    public DbSet<CustomRuleVersion> CustomRuleVersions => Set<CustomRuleVersion>();

    public DbSet<CustomRuleDryRun> CustomRuleDryRuns => Set<CustomRuleDryRun>();

    public DbSet<Setting> Settings => Set<Setting>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(SentinelDbContext).Assembly);
}
