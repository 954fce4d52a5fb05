using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Overview;
using Sentinel.Contracts.Repositories;
using Sentinel.Contracts.Rules;
using Sentinel.Contracts.Scans;

namespace Sentinel.Tests.Web.Fakes;

/// <summary>A small estate with every kind of thing that a page shows. Repeatable: ids come from a seed, times from one moment.</summary>
internal sealed class FakeEstate
{
    private static readonly string[] Names =
        ["acme/payments-api", "acme/storefront", "acme/infrastructure", "acme/mobile-app", "acme/data-pipeline", "acme/legacy-monolith"];

    private readonly Random _random = new(20_26);

    public FakeEstate(DateTimeOffset now)
    {
        Now = now;
        Rules = FakeRules.All;
        foreach (var name in Names)
            Repositories.Add(new RepositorySummary(NewId(), name, $"https://github.com/{name}.git", "main", name.Contains("api"), name.Contains("legacy"), new SeverityCounts(0, 0, 0, 0, 0), null));
        AddScans();
        AddFindings();
        for (var i = 0; i < Repositories.Count; i++)
            Repositories[i] = WithCounts(Repositories[i]);
    }

    public DateTimeOffset Now { get; }

    public List<RepositorySummary> Repositories { get; } = [];

    public List<ScanSummary> Scans { get; } = [];

    public List<FindingSummary> Findings { get; } = [];

    public IReadOnlyList<RuleSummary> Rules { get; }

    public Guid NewId()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    public OverviewResponse Overview()
    {
        var open = Findings.Where(IsOpen).ToList();
        var trend = Enumerable.Range(0, 30).Select(i => new TrendPoint(
            DateOnly.FromDateTime(Now.UtcDateTime).AddDays(i - 29), (int)(34 + 14 * Math.Sin(i / 5d)) - i / 3 + (i == 29 ? 0 : i % 4),
            (i * 7 + 3) % 6, (i * 5 + 1) % 7)).ToList();
        return new OverviewResponse(Repositories.Count, Count(open), 17, 21, trend, [.. Scans.OrderByDescending(s => s.QueuedAt).Take(10)],
        [
            new CoverageGap(Repositories[5].Id, Repositories[5].FullName, "never-scanned", "Added 3 days ago; no scan has finished.", null),
            new CoverageGap(Repositories[3].Id, Repositories[3].FullName, "last-scan-failed", "The remote closed the connection while objects were fetched.", Scans[3].Id),
            new CoverageGap(Repositories[4].Id, Repositories[4].FullName, "plugin-failed", "workflows/github-actions failed on 2 files.", Scans[4].Id),
            new CoverageGap(Repositories[1].Id, Repositories[1].FullName, "files-skipped", "214 files: 190 binary, 21 too large, 3 in Git LFS.", Scans[1].Id),
            new CoverageGap(Repositories[2].Id, Repositories[2].FullName, "stale", "Last scanned 41 days ago.", Scans[2].Id),
        ]);
    }

    public static bool IsOpen(FindingSummary finding) => finding.State is FindingState.Open or FindingState.Reopened;

    public static SeverityCounts Count(IReadOnlyCollection<FindingSummary> findings)
    {
        int Of(Severity severity) => findings.Count(f => f.Severity == severity);
        return new SeverityCounts(Of(Severity.Critical), Of(Severity.High), Of(Severity.Medium), Of(Severity.Low), Of(Severity.Info));
    }

    private RepositorySummary WithCounts(RepositorySummary repository) => repository with
    {
        Open = Count([.. Findings.Where(f => f.RepositoryId == repository.Id && IsOpen(f))]),
        LastScan = Scans.Where(s => s.RepositoryId == repository.Id).MaxBy(s => s.QueuedAt),
        Scanned = Scans.Any(s => s.RepositoryId == repository.Id),
    };

    private void AddScans()
    {
        ScanStatus[] statuses = [ScanStatus.Running, ScanStatus.Partial, ScanStatus.Succeeded, ScanStatus.DeadLettered, ScanStatus.Partial, ScanStatus.Succeeded, ScanStatus.Superseded, ScanStatus.Failed, ScanStatus.Succeeded, ScanStatus.Queued, ScanStatus.Cancelled, ScanStatus.Succeeded];
        for (var i = 0; i < statuses.Length; i++)
        {
            var repository = Repositories[i % 5];
            var status = statuses[i];
            var queued = Now.AddMinutes(-2 - i * i * 9);
            var failed = status is ScanStatus.Failed or ScanStatus.DeadLettered;
            var over = status is not (ScanStatus.Running or ScanStatus.Queued);
            Scans.Add(new ScanSummary(
                NewId(), repository.Id, repository.FullName, i % 3 == 1 ? ScanKind.PullRequest : i % 5 == 4 ? ScanKind.Manual : ScanKind.Push, status,
                i % 3 == 1 ? "refs/pull/482/head" : "refs/heads/main", Convert.ToHexStringLower(NewId().ToByteArray()) + "a1b2c3d4", i % 3 == 1 ? 482 : null,
                NewId().ToString("D"), queued, status == ScanStatus.Queued ? null : queued.AddMilliseconds(340),
                over ? queued.AddMilliseconds(2_900 + i * 613) : null, over ? ScanPhase.Done : status == ScanStatus.Running ? ScanPhase.Analyse : ScanPhase.Waiting,
                status == ScanStatus.Running ? 1_284 : 3_120, status == ScanStatus.Queued ? 0 : 3_120, i == 1 ? 214 : i == 4 ? 2 : 0, failed ? 0 : i % 4, failed ? 0 : i % 3, 12 + i,
                failed ? "checkout.network" : null, failed ? "The remote closed the connection while objects were fetched." : null));
        }
    }

    private void AddFindings()
    {
        string[] paths = ["src/Payments/StripeClient.cs", ".github/workflows/release.yml", "deploy/Dockerfile", "config/appsettings.Production.json", "scripts/backup.sh", "services/checkout/internal/handlers/really/long/path/to/test/wrapping/behaviour_of_paths.go"];
        FindingState[] states = [FindingState.Open, FindingState.Open, FindingState.Open, FindingState.Reopened, FindingState.Open, FindingState.Fixed, FindingState.Dismissed, FindingState.Removed];
        for (var i = 0; i < 72; i++)
        {
            var rule = Rules[i % Rules.Count];
            var repository = Repositories[i % 5];
            Findings.Add(new FindingSummary(
                NewId(), repository.Id, repository.FullName, rule.Id, rule.Category, rule.Severity, rule.Confidence, states[i % states.Length],
                rule.Title, paths[(i * 5) % paths.Length], 7 + i * 13 % 240, rule.Category == FindingCategory.Secret ? "AKIA••••••••••••7Q2X" : null,
                Now.AddHours(-3 - i * i * 1.7), Now.AddMinutes(-12), rule.Category == FindingCategory.Secret ? 187 + (i * i * 102) : null,
                FakeLiveness.Of(rule, states[i % states.Length])));
        }
        Findings.Sort((a, b) => (b.Severity, b.FirstSeenAt).CompareTo((a.Severity, a.FirstSeenAt)));
    }
}
