using Microsoft.EntityFrameworkCore;
using Sentinel.Data.Access;
using Sentinel.Data.Audit;
using Sentinel.Data.Commands;
using Sentinel.Data.CustomRules;
using Sentinel.Data.Deliveries;
using Sentinel.Data.Explanations;
using Sentinel.Data.Exposure;
using Sentinel.Data.Feedback;
using Sentinel.Data.Findings;
using Sentinel.Data.GitHubApps;
using Sentinel.Data.Heartbeat;
using Sentinel.Data.Imports;
using Sentinel.Data.Liveness;
using Sentinel.Data.Noise;
using Sentinel.Data.Outbox;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Data.Settings;
using Sentinel.Data.Sweeps;

namespace Sentinel.Data;

/// <summary>
/// Everything Sentinel knows. Times are UTC, keys are version 7 UUIDs, names are snake_case. What belongs to repositories is narrowed
/// to a <see cref="RepositoryView"/> by query filters, so that no query can forget to; raw SQL has to look at <see cref="View"/> itself.
/// </summary>
public sealed class SentinelDbContext(DbContextOptions<SentinelDbContext> options) : DbContext(options)
{
    /// <summary>What queries of this context show. All, unless <see cref="LimitTo"/> said otherwise.</summary>
    public RepositoryView View { get; private set; } = RepositoryView.All;

    public DbSet<Repository> Repositories => Set<Repository>();

    public DbSet<Delivery> Deliveries => Set<Delivery>();

    public DbSet<Scan> Scans => Set<Scan>();

    public DbSet<ScanBaseline> ScanBaselines => Set<ScanBaseline>();

    public DbSet<ScanGap> ScanGaps => Set<ScanGap>();

    public DbSet<ScanSnapshot> ScanSnapshots => Set<ScanSnapshot>();

    public DbSet<PullRequest> PullRequests => Set<PullRequest>();

    public DbSet<PullRequestFinding> PullRequestFindings => Set<PullRequestFinding>();

    public DbSet<RuleCommentSetting> RuleCommentSettings => Set<RuleCommentSetting>();

    public DbSet<PullRequestCommand> PullRequestCommands => Set<PullRequestCommand>();

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

    public DbSet<Person> People => Set<Person>();

    public DbSet<PersonRepository> PersonRepositories => Set<PersonRepository>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public DbSet<LivenessProvider> LivenessProviders => Set<LivenessProvider>();

    public DbSet<SecretLiveness> SecretLiveness => Set<SecretLiveness>();

    public DbSet<HeartbeatRun> HeartbeatRuns => Set<HeartbeatRun>();

    public DbSet<HeartbeatRule> HeartbeatRules => Set<HeartbeatRule>();

    public DbSet<CustomRule> CustomRules => Set<CustomRule>();

    public DbSet<CustomRuleVersion> CustomRuleVersions => Set<CustomRuleVersion>();

    public DbSet<CustomRuleDryRun> CustomRuleDryRuns => Set<CustomRuleDryRun>();

    public DbSet<CodeScanningUpload> CodeScanningUploads => Set<CodeScanningUpload>();

    public DbSet<SarifImport> SarifImports => Set<SarifImport>();

    public DbSet<ImportedRule> ImportedRules => Set<ImportedRule>();

    public DbSet<Sweep> Sweeps => Set<Sweep>();

    public DbSet<GitHubApp> GitHubApps => Set<GitHubApp>();

    public DbSet<GitHubAppAttempt> GitHubAppAttempts => Set<GitHubAppAttempt>();

    public DbSet<Setting> Settings => Set<Setting>();

    /// <summary>Narrows every query that follows to a view.</summary>
    public void LimitTo(RepositoryView view) => View = view;

    public override void Dispose()
    {
        // The context goes back to a pool: whoever has it next must not see as somebody else.
        View = RepositoryView.All;
        base.Dispose();
    }

    public override ValueTask DisposeAsync()
    {
        View = RepositoryView.All;
        return base.DisposeAsync();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(SentinelDbContext).Assembly);
        modelBuilder.Entity<Repository>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.Id));
        modelBuilder.Entity<Scan>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<ScanBaseline>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<ScanGap>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<Finding>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<FindingInstance>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<FindingEvent>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<SecretExposure>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<SecretCommit>().HasQueryFilter(row => View.SeesAll || Findings.Any(finding => finding.Id == row.FindingId));
        modelBuilder.Entity<SecretLiveness>().HasQueryFilter(row => View.SeesAll || Findings.Any(finding => finding.Fingerprint == row.Fingerprint));
        modelBuilder.Entity<Explanation>().HasQueryFilter(row => View.SeesAll || Findings.Any(finding => finding.Id == row.FindingId));
        modelBuilder.Entity<CodeScanningUpload>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<SarifImport>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<ImportedRule>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<PullRequestFinding>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<RuleCommentSetting>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<PullRequestCommand>().HasQueryFilter(row => View.SeesAll || View.Repositories.Contains(row.RepositoryId));
        modelBuilder.Entity<OutboxMessage>().HasQueryFilter(row => View.SeesAll || (row.RepositoryId != null && View.Repositories.Contains(row.RepositoryId.Value)));
        modelBuilder.Entity<Delivery>().HasQueryFilter(row => View.SeesAll || (row.RepositoryId != null && View.Repositories.Contains(row.RepositoryId.Value)));
    }
}
