using Sentinel.Contracts.Audit;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.GitHubApps;
using Sentinel.Contracts.Operations;
using Sentinel.Contracts.People;
using Sentinel.Contracts.Requests;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Tests.Web.Fakes;

/// <summary>The long forms of the estate's things.</summary>
internal static class FakeDetails
{
    private const string Snippet = """
            public StripeClient(HttpClient http, ILogger<StripeClient> logger)
            {
                _http = http;
                _logger = logger;

                // temporary until the vault is ready
                var credentials = new BasicAWSCredentials("AKIA••••••••••••7Q2X", Secret());
                _s3 = new AmazonS3Client(credentials, RegionEndpoint.EUWest1);
            }

        """;

    private const string WorkflowSnippet = """
        jobs:
          release:
            runs-on: ubuntu-24.04
            permissions:
              contents: read
            steps:
              - uses: acme/deploy@v2
                with:
                  environment: production
        """;

    public static FindingDetail Finding(FakeEstate estate, FindingSummary f)
    {
        var rule = estate.Rules.First(r => r.Id == f.RuleId);
        var scan = estate.Scans[1];
        var dismissed = f.State == FindingState.Dismissed
            ? new Dismissal(DismissReason.AcceptedRisk, "Key of the sandbox account, which holds no data and is reset each night.", "mira", estate.Now.AddDays(-2), estate.Now.AddDays(28))
            : null;
        var withModel = f.Category == FindingCategory.Secret && f.State != FindingState.Dismissed;
        var detail = new FindingDetail(
            f.Id, f.RepositoryId, f.RepositoryName, f.RuleId, rule.Title, ["secrets/patterns", "secrets/entropy"], f.Category, f.Severity, f.Confidence,
            rule.Cwe, f.State, f.Title, "An AWS access key stands in the source. It can be used from anywhere until it is deactivated.",
            f.Path, f.StartLine, 56, f.StartLine, 76, Snippet, f.StartLine - 6, f.MaskedPreview,
            "9f2c4c0be1f77a31d0a4b0c86e5dd3aa7c8b1f0e52b7c6d4a3921e5f60718293", f.FirstSeenAt, f.LastSeenAt,
            f.State == FindingState.Fixed ? estate.Now.AddDays(-1) : null, scan.CommitSha, scan.Id, dismissed,
            [
                new FindingInstance("refs/heads/main", scan.CommitSha!, true, scan.Id, [new Place(f.Path, f.StartLine, 56, f.StartLine, 76), new Place("tests/fixtures/aws.json", 4, 12, 4, 32)]),
                new FindingInstance("refs/pull/482/head", scan.CommitSha!, false, scan.Id, []),
            ],
            Events(estate, f, scan), new RuleGuidance(rule.Description, rule.Remediation, rule.References),
            withModel ? ModelExplanation(estate, f) : null,
            f.Category == FindingCategory.Secret ? Exposure(estate, f) : null,
            FakeLiveness.Of(estate, f));
        return HasFix(f) ? WithFix(detail, scan) : detail;
    }

    /// <summary>Whether the finding's page offers a fix.</summary>
    public static bool HasFix(FindingSummary f) => f.RuleId == "unpinned-uses" && f.Path.EndsWith(".yml", StringComparison.Ordinal);

    private static FindingDetail WithFix(FindingDetail detail, ScanSummary scan)
    {
        var line = detail.StartLine;
        var fix = new ProvedFix(
            line, line, "      - uses: acme/deploy@8f4b7f84864484a7bf31766abe9204da3cbe65b3 # v2",
            "The commit is named that v2 stood for when this was scanned; moving the tag changes nothing here.", "workflows/github-actions@4");
        return detail with
        {
            AnalyzerIds = ["workflows/github-actions"],
            Message = "The step runs whatever acme/deploy@v2 points to at that moment. Whoever can move the tag runs code with this workflow's secrets.",
            Snippet = WorkflowSnippet,
            StartColumn = 15,
            EndColumn = 29,
            Instances = [new FindingInstance("refs/heads/main", scan.CommitSha!, true, scan.Id, [new Place(detail.Path, line, 15, line, 29)], fix)],
        };
    }

    private static SecretExposure Exposure(FakeEstate estate, FindingSummary f)
    {
        var since = estate.Now.AddDays(-3).AddHours(-4);
        var commit = "4be1c0de99d0f6a1b2c3d4e5f60718293a4b5c6d";
        var (removed, rotated) = (f.State is FindingState.Removed or FindingState.Fixed, f.State == FindingState.Fixed);
        DateTimeOffset? until = rotated ? estate.Now.AddHours(-2) : null;
        string[] refs = removed ? [] : ["refs/heads/main", "refs/heads/feature/a-branch-whose-name-is-long-enough-to-wrap-on-a-phone", "refs/pull/482/head", "refs/tags/v2.4.0"];
        return new SecretExposure(
            "Robin Example", "robin@acme.example", commit, since.AddMinutes(-9), since.AddMinutes(-8), since, refs, removed ? 0 : 19, estate.Now.AddMinutes(-4),
            !removed, removed, removed ? true : null,
            [new SecretCommit(commit, f.Path, f.StartLine, "Robin Example", "robin@acme.example", since.AddMinutes(-9), since.AddMinutes(-8), since)], 3,
            removed ? estate.Now.AddDays(-1) : null, rotated ? RotationProof.Attested : null, rotated ? "mira" : null,
            rotated ? "Ticket OPS-312: new key in the vault, old one deactivated." : null, since, until, (long)((until ?? estate.Now) - since).TotalMinutes);
    }

    public static ScanDetail Scan(FakeEstate estate, ScanSummary s) => new(
        s, s.PullRequestNumber is null ? ScanLane.Push : ScanLane.Interactive, s.Status == ScanStatus.DeadLettered ? 5 : 1, s.Status == ScanStatus.Queued ? null : "worker-7c9f-1",
        s.PullRequestNumber is null ? null : "4be1c0de99d0f6a1b2c3d4e5f60718293a4b5c6d", null, 48_200_311, 2_874, "b51f0c9a77de", s.CompletedAt is null ? null : Report(s));

    public static RequestJourney Journey(FakeEstate estate, string requestId)
    {
        var t = estate.Now.AddMinutes(-6);
        var scan = estate.Scans[1];
        JourneyStep Step(string kind, string service, string title, string? detail, double at, double? ms, bool failed = false, string? link = null) =>
            new(kind, service, title, detail, t.AddMilliseconds(at), ms, failed, link);

        return new RequestJourney(requestId, t, t.AddMilliseconds(7_420),
        [
            Step("delivery", "api", "Webhook push accepted", "acme/payments-api, delivery 72d3162e", 0, 11),
            Step("queue", "api", "Waited in the push lane", null, 12, 338),
            Step("scan", "worker", "Scan of acme/payments-api", "main at 4be1c0d", 350, 3_240, link: $"/scans/{scan.Id}"),
            Step("phase", "worker", "Fetch", "1 commit, 14 objects", 352, 812),
            Step("phase", "worker", "List files", "3,120 files, 214 skipped", 1_164, 91),
            Step("phase", "worker", "Analyse", "246 new blobs, 2,874 from cache", 1_255, 1_904),
            Step("phase", "worker", "Match with history", null, 3_159, 122),
            Step("phase", "worker", "Save findings", "2 opened, 1 closed", 3_281, 301),
            Step("finding", "worker", "Opened: AWS access key", "src/Payments/StripeClient.cs:41", 3_560, null, link: $"/findings/{estate.Findings[0].Id}"),
            Step("outbox", "worker", "Explanation requested", null, 3_590, 24),
            Step("explanation", "ai-service", "Model call failed", "The model took longer than 3 s; tried again.", 3_640, 3_000, true),
            Step("explanation", "ai-service", "Explanation written", "gemini-2.5-flash, 1,204 tokens in, 311 out", 6_650, 770),
        ]);
    }

    public static OperationsSnapshot Operations(FakeEstate estate) => new(
        estate.Now,
        new QueueSnapshot(true, [new LaneSnapshot(ScanLane.Interactive, 1, 2.4), new LaneSnapshot(ScanLane.Push, 14, 38), new LaneSnapshot(ScanLane.Background, 0, null)], 2),
        [
            new WorkerSnapshot("worker-7c9f-1", "0.1.0", estate.Now.AddHours(-9), estate.Now.AddSeconds(-4), 4, [estate.Scans[0].Id]),
            new WorkerSnapshot("worker-7c9f-2", "0.1.0", estate.Now.AddHours(-9), estate.Now.AddSeconds(-11), 4, []),
        ],
        [.. estate.Scans.Where(s => s.Status is ScanStatus.Failed or ScanStatus.DeadLettered)],
        new LatencySnapshot(412, 0.21, 1.9, 3.1, 14.8, 3.6, 17.2), new DeliverySnapshot(389, 71, 3, 1, estate.Now.AddSeconds(-40)), 2, 1,
        Sweeps:
        [
            new SweepSnapshot("Redelivery", estate.Now.AddMinutes(-3), estate.Now.AddMinutes(-3), 4, 3, 1, null),
            new SweepSnapshot("Reconciliation", estate.Now.AddHours(-7), estate.Now.AddHours(-7), 0, 0, 0, "GitHub's rate limit is reached: GET /installation/repositories may be sent again at 04:00."),
        ],
        DeadLetters:
        [
            new DeadLetter(estate.NewId(), "github.check", "acme/payments", "GitHub forbids it; the App needs the permission checks=write: POST repos/acme/payments/check-runs was answered with 403.", 1, estate.Now.AddHours(-2), estate.NewId().ToString()),
        ]);

    public static IReadOnlyList<AuditEntry> Audit(FakeEstate estate) =>
    [
        new AuditEntry(estate.NewId(), estate.Now.AddMinutes(-9), "mira", "finding.dismissed", "finding", estate.Findings[5].Id.ToString(), estate.NewId().ToString(), "Accepted risk: sandbox account"),
        new AuditEntry(estate.NewId(), estate.Now.AddHours(-2), "local-developer", "scan.requested", "scan", estate.Scans[4].Id.ToString(), estate.NewId().ToString(), null),
        new AuditEntry(estate.NewId(), estate.Now.AddDays(-1), "mira", "token.created", "token", estate.NewId().ToString(), null, "ci-reader, viewer"),
    ];

    public static List<TokenSummary> Tokens(FakeEstate estate) =>
    [
        new TokenSummary(estate.NewId(), "ci-reader", "mira", Role.Viewer, estate.Now.AddDays(-20), estate.Now.AddDays(70), estate.Now.AddMinutes(-3), null),
        new TokenSummary(estate.NewId(), "nightly export", "mira", Role.Viewer, estate.Now.AddDays(-80), estate.Now.AddDays(10), null, null),
        new TokenSummary(estate.NewId(), "old laptop", "sam", Role.Admin, estate.Now.AddDays(-200), estate.Now.AddDays(20), estate.Now.AddDays(-90), estate.Now.AddDays(-60)),
    ];

    public static List<PersonSummary> People(FakeEstate estate) =>
    [
        new PersonSummary(estate.NewId(), "mira", "Mira Ode", Role.Admin, estate.Now.AddDays(-90), estate.Now.AddMinutes(-3), null),
        new PersonSummary(estate.NewId(), "sam", null, Role.Triager, estate.Now.AddDays(-80), estate.Now.AddDays(-1), 4),
        new PersonSummary(estate.NewId(), "kit", "Kit Ashby", Role.Viewer, estate.Now.AddDays(-2), estate.Now.AddDays(-2), 1),
    ];

    public static GitHubAppStatus NoGitHubApp { get; } =
        new(GitHubAppSource.None, null, null, null, null, null, null, null, null, null, null, "https://github.com/");

    public static GitHubAppStatus GitHubApp(FakeEstate estate) => new(
        GitHubAppSource.Dashboard, 1204311, "sentinel-acme", "Sentinel (acme)", "acme", "https://github.com/organizations/acme/settings/apps/sentinel-acme",
        "https://github.com/apps/sentinel-acme/installations/new", estate.Now.AddMinutes(-4), "local-developer", null, null, "https://github.com/")
    {
        Installed = [new InstalledAccount("acme", 12, 3), new InstalledAccount("mira", 1, 0)],
    };

    public static GitHubAppManifest Manifest(GitHubAppManifestRequest request) => new(
        $"https://github.com/{(request.Organization is { } organization ? $"organizations/{organization}/" : "")}settings/apps/new?state=the-state", $$"""{"name":"{{request.Name}}"}""", "the-state");

    private static ScanReportDetail Report(ScanSummary s)
    {
        var t = s.StartedAt ?? s.QueuedAt;
        var partial = s.Status == ScanStatus.Partial;
        var skipped = Enumerable.Range(0, s.FilesSkipped).Select(i => new SkippedFile(
            $"assets/images/catalogue/item-{i:000}.{(i % 9 == 8 ? "psd" : "png")}", 18_000 + i * 4_711, i % 9 == 8 ? "too-large" : i == 3 ? "lfs-pointer" : "binary")).ToList();
        return new ScanReportDetail(
            !partial,
            [
                new PhaseTiming(ScanPhase.Fetch, t, 812), new PhaseTiming(ScanPhase.List, t.AddMilliseconds(812), 91),
                new PhaseTiming(ScanPhase.Analyse, t.AddMilliseconds(903), 1_904), new PhaseTiming(ScanPhase.Match, t.AddMilliseconds(2_807), 122),
                new PhaseTiming(ScanPhase.Persist, t.AddMilliseconds(2_929), 301),
            ],
            [
                new PluginRunSummary("secrets/patterns", 4, "Succeeded", 2_906, 2, null),
                new PluginRunSummary("workflows/github-actions", 2, partial ? "Partial" : "Succeeded", 9, 3, partial ? "release.yml: nested deeper than 64 levels, not analysed" : null),
                new PluginRunSummary("infrastructure/dockerfile", 1, "Succeeded", 3, 1, null),
            ],
            skipped, skipped.Count);
    }

    private static List<FindingEvent> Events(FakeEstate estate, FindingSummary f, ScanSummary scan)
    {
        var events = new List<FindingEvent>
        {
            new(estate.NewId(), f.FirstSeenAt, FindingEventKind.Opened, null, FindingState.Open, FindingCause.Code, scan.CommitSha, "refs/heads/main", scan.Id, scan.RequestId, null, null),
            new(estate.NewId(), f.FirstSeenAt.AddHours(1), FindingEventKind.Moved, FindingState.Open, FindingState.Open, FindingCause.Code, scan.CommitSha, "refs/heads/main", scan.Id, scan.RequestId, null, "From line 35 to line 41"),
        };
        if (f.State == FindingState.Reopened)
        {
            events.Add(new(estate.NewId(), f.FirstSeenAt.AddHours(1.5), FindingEventKind.Fixed, FindingState.Open, FindingState.Fixed, FindingCause.Code, scan.CommitSha, "refs/heads/main", scan.Id, scan.RequestId, null, null));
            events.Add(new(estate.NewId(), f.FirstSeenAt.AddHours(2), FindingEventKind.Reopened, FindingState.Fixed, FindingState.Reopened, FindingCause.Code, scan.CommitSha, "refs/heads/main", scan.Id, scan.RequestId, null, null));
        }
        if (f.State == FindingState.Dismissed)
            events.Add(new(estate.NewId(), estate.Now.AddDays(-2), FindingEventKind.Dismissed, FindingState.Open, FindingState.Dismissed, FindingCause.Person, null, null, null, null, "mira", "Accepted risk"));
        return events;
    }

    private static Explanation ModelExplanation(FakeEstate estate, FindingSummary f) => new(
        estate.NewId(), ExplanationSource.Model, ExplanationStatus.Ready, "gemini-2.5-flash",
        "The constructor of StripeClient builds AWS credentials from a key written into the source, with a comment that calls it temporary.",
        "Anyone with read access to the repository, a fork or a build cache can act as this AWS identity. It was pushed to main, so it must be treated as known.",
        "1. Deactivate the key in IAM and look through CloudTrail for its use.\n2. Give the service a role instead of a key, or read the key from the secret store at start.\n3. Then take the line out.",
        [new ExplanationClaim("The key is passed to BasicAWSCredentials as a literal.", f.Path, f.StartLine, "var credentials = new BasicAWSCredentials(\"AKIA••••••••••••7Q2X\", Secret());")],
        1, null, estate.NewId().ToString(), estate.Now.AddMinutes(-4), estate.Now.AddMinutes(-4));
}
