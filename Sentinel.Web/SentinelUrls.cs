using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Web.Model;

namespace Sentinel.Web;

/// <summary>Every address of the dashboard, so that a link cannot be misspelt.</summary>
public static class SentinelUrls
{
    public const string Overview = "/";
    public const string Repositories = "/repositories";
    public const string Scans = "/scans";
    public const string NewScan = "/scans/new";
    public const string Findings = "/findings";
    public const string Search = "/search";
    public const string Requests = "/requests";
    public const string Operations = "/operations";
    public const string CustomRules = "/custom-rules";
    public const string NewCustomRule = "/custom-rules/new";
    public const string Liveness = "/liveness";
    public const string Rules = "/rules";
    public const string Audit = "/audit";
    public const string Settings = "/settings";
    public const string GitHubApp = "/settings/github";
    public const string GitHubAppCreated = "/settings/github/created";
    public const string People = "/people";
    public const string SignIn = "/sign-in";
    public const string LocalSignIn = "/sign-in/local";
    public const string TokenSignIn = "/sign-in/token";
    public const string GitHubSignIn = "/auth/github";
    public const string GitHubCallback = "/auth/github/callback";
    public const string SignOut = "/sign-out";
    public const string SignOutEverywhere = "/sign-out/everywhere";
    public const string Denied = "/denied";
    public const string NotFound = "/not-found";
    public const string Error = "/error";

    public static string Repository(Guid id) => $"{Repositories}/{id}";

    public static string RepositoriesOf(string account) => $"{Repositories}?q={Uri.EscapeDataString(account + "/")}";

    public static string Scan(Guid id) => $"{Scans}/{id}";

    public static string ScansOf(Guid? repositoryId, ScanStatus? status, string? after = null)
    {
        var query = new QueryText();
        query.Add("repository", repositoryId?.ToString());
        query.Add("status", status is { } s ? Words.Code(s) : null);
        query.Add("after", after);
        return query.AppendTo(Scans);
    }

    public static string Finding(Guid id) => $"{Findings}/{id}";

    public static string FindingsBy(FindingFilters filters) => filters.ToQuery().AppendTo(Findings);

    public static string FindingsOf(Severity severity) => FindingsBy(FindingFilters.Default with { Severities = [severity] });

    public static string FindingsOfRepository(Guid id) => FindingsBy(FindingFilters.Default with { RepositoryId = id });

    public static string FindingsOfRule(string ruleId) => FindingsBy(FindingFilters.Default with { RuleId = ruleId });

    public static string FindingsOfScan(Guid scanId) => FindingsBy(FindingFilters.Default with { States = [], ScanId = scanId });

    public static string Request(string requestId) => $"{Requests}/{Uri.EscapeDataString(requestId)}";

    // A rule of another tool may have slashes in its name.
    public static string Rule(string id) => $"{Rules}/{string.Join('/', id.Split('/').Select(Uri.EscapeDataString))}";

    public static string CustomRule(string id) => $"{CustomRules}/{Uri.EscapeDataString(id)}";

    public static string EditCustomRule(string id) => $"{CustomRule(id)}/edit";

    public static string GitHubAppAfter(string reason)
    {
        var query = new QueryText();
        query.Add("reason", reason);
        return query.AppendTo(GitHubApp);
    }

    public static string GitHubSignInFrom(string returnUrl)
    {
        var query = new QueryText();
        query.Add("returnUrl", ReturnUrl.IsLocal(returnUrl) && returnUrl != ReturnUrl.Home ? returnUrl : null);
        return query.AppendTo(GitHubSignIn);
    }

    public static string SignInFrom(string returnUrl, string? reason = null)
    {
        var query = new QueryText();
        query.Add("returnUrl", ReturnUrl.IsLocal(returnUrl) && returnUrl != ReturnUrl.Home ? returnUrl : null);
        query.Add("reason", reason);
        return query.AppendTo(SignIn);
    }
}
