using Sentinel.Contracts;
using Sentinel.Contracts.Audit;
using Sentinel.Contracts.CustomRules;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.GitHubApps;
using Sentinel.Contracts.Live;
using Sentinel.Contracts.Liveness;
using Sentinel.Contracts.Noise;
using Sentinel.Contracts.Operations;
using Sentinel.Contracts.Overview;
using Sentinel.Contracts.People;
using Sentinel.Contracts.Repositories;
using Sentinel.Contracts.Requests;
using Sentinel.Contracts.Rules;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;
using Sentinel.Web.Model;

namespace Sentinel.Web;

/// <summary>The API as the dashboard uses it, called as the signed-in person.</summary>
public sealed class SentinelClient(ApiTransport api)
{
    public Task<ApiResult<OverviewResponse>> OverviewAsync(CancellationToken cancellationToken) =>
        api.GetAsync<OverviewResponse>(ApiRoutes.Overview, cancellationToken);

    public Task<ApiResult<Page<RepositorySummary>>> RepositoriesAsync(string? text, string? after, int limit, CancellationToken cancellationToken)
    {
        var query = Paging(after, limit);
        query.Add("q", text);
        return api.GetAsync<Page<RepositorySummary>>(query.AppendTo(ApiRoutes.Repositories), cancellationToken);
    }

    public Task<ApiResult<RepositoryDetail>> RepositoryAsync(Guid id, CancellationToken cancellationToken) =>
        api.GetAsync<RepositoryDetail>($"{ApiRoutes.Repositories}/{id}", cancellationToken);

    public Task<ApiResult<Page<ScanSummary>>> ScansAsync(
        Guid? repositoryId, ScanStatus? status, string? after, int limit, CancellationToken cancellationToken)
    {
        var query = Paging(after, limit);
        query.Add("repositoryId", repositoryId?.ToString());
        query.Add("status", status?.ToString());
        return api.GetAsync<Page<ScanSummary>>(query.AppendTo(ApiRoutes.Scans), cancellationToken);
    }

    public Task<ApiResult<ScanDetail>> ScanAsync(Guid id, CancellationToken cancellationToken) =>
        api.GetAsync<ScanDetail>($"{ApiRoutes.Scans}/{id}", cancellationToken);

    public Task<ApiResult<ScanAccepted>> StartScanAsync(CreateScanRequest request, CancellationToken cancellationToken) =>
        api.PostAsync<ScanAccepted>(ApiRoutes.Scans, request, cancellationToken);

    public Task<ApiResult<ScanAccepted>> StartHistoryScanAsync(Guid repositoryId, CancellationToken cancellationToken) =>
        api.PostAsync<ScanAccepted>($"{ApiRoutes.Repositories}/{repositoryId}/history-scans", null, cancellationToken);

    public Task<ApiResult<ScanAccepted>> RetryScanAsync(Guid id, CancellationToken cancellationToken) =>
        api.PostAsync<ScanAccepted>($"{ApiRoutes.Scans}/{id}/retry", null, cancellationToken);

    public Task<ApiResult<Done>> RetryMessageAsync(Guid id, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{ApiRoutes.Outbox}/{id}/retry", null, cancellationToken);

    public Task<ApiResult<Done>> CancelScanAsync(Guid id, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{ApiRoutes.Scans}/{id}/cancel", null, cancellationToken);

    /// <summary>The steps of a running scan, until it ends, the connection breaks or the caller stops.</summary>
    public IAsyncEnumerable<ScanProgress> WatchScanAsync(Guid id, CancellationToken cancellationToken) =>
        api.EventsAsync<ScanProgress>($"{ApiRoutes.Scans}/{id}/events", cancellationToken);

    /// <summary>What happens anywhere in the installation, while the connection lasts.</summary>
    public IAsyncEnumerable<LiveEvent> WatchAsync(CancellationToken cancellationToken) =>
        api.EventsAsync<LiveEvent>(ApiRoutes.Events, cancellationToken);

    public Task<ApiResult<Page<FindingSummary>>> FindingsAsync(FindingQuery filter, CancellationToken cancellationToken)
    {
        var query = Paging(filter.After, filter.Limit);
        foreach (var state in filter.State ?? [])
            query.Add("state", state.ToString());
        foreach (var severity in filter.Severity ?? [])
            query.Add("severity", severity.ToString());
        foreach (var category in filter.Category ?? [])
            query.Add("category", category.ToString());
        query.Add("repositoryId", filter.RepositoryId?.ToString());
        query.Add("ruleId", filter.RuleId);
        query.Add("scanId", filter.ScanId?.ToString());
        query.Add("q", filter.Q);
        return api.GetAsync<Page<FindingSummary>>(query.AppendTo(ApiRoutes.Findings), cancellationToken);
    }

    public Task<ApiResult<FindingDetail>> FindingAsync(Guid id, CancellationToken cancellationToken) =>
        api.GetAsync<FindingDetail>($"{ApiRoutes.Findings}/{id}", cancellationToken);

    public Task<ApiResult<Done>> DismissAsync(Guid id, DismissRequest request, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{ApiRoutes.Findings}/{id}/dismiss", request, cancellationToken);

    public Task<ApiResult<Done>> AttestRotationAsync(Guid id, AttestRotationRequest request, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{ApiRoutes.Findings}/{id}/attest-rotation", request, cancellationToken);

    public Task<ApiResult<Done>> ReopenAsync(Guid id, ReopenRequest request, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{ApiRoutes.Findings}/{id}/reopen", request, cancellationToken);

    public Task<ApiResult<Done>> RequestExplanationAsync(Guid id, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{ApiRoutes.Findings}/{id}/explanation", null, cancellationToken);

    public Task<ApiResult<Done>> CheckLivenessAsync(Guid id, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{ApiRoutes.Findings}/{id}/check-liveness", null, cancellationToken);

    public Task<ApiResult<IReadOnlyList<LivenessProvider>>> LivenessAsync(CancellationToken cancellationToken) =>
        api.GetListAsync<LivenessProvider>(ApiRoutes.Liveness, cancellationToken);

    public Task<ApiResult<Done>> SwitchLivenessAsync(string id, bool enabled, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{ApiRoutes.Liveness}/{id}", new SwitchLivenessRequest(enabled), cancellationToken);

    public Task<ApiResult<IReadOnlyList<RuleNoise>>> NoiseAsync(Guid? repositoryId, string? ruleId, CancellationToken cancellationToken)
    {
        var query = new QueryText();
        query.Add("repositoryId", repositoryId?.ToString());
        query.Add("ruleId", ruleId);
        return api.GetListAsync<RuleNoise>(query.AppendTo(ApiRoutes.Noise), cancellationToken);
    }

    public Task<ApiResult<Done>> SetRuleCommentsAsync(Guid repositoryId, string ruleId, bool always, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{ApiRoutes.Noise}/{repositoryId}", new SetRuleCommentsRequest(ruleId, always), cancellationToken);

    public Task<ApiResult<RequestJourney>> RequestAsync(string requestId, CancellationToken cancellationToken) =>
        api.GetAsync<RequestJourney>($"{ApiRoutes.Requests}/{Uri.EscapeDataString(requestId)}", cancellationToken);

    public Task<ApiResult<OperationsSnapshot>> OperationsAsync(CancellationToken cancellationToken) =>
        api.GetAsync<OperationsSnapshot>(ApiRoutes.Operations, cancellationToken);

    public Task<ApiResult<IReadOnlyList<RuleSummary>>> RulesAsync(CancellationToken cancellationToken) =>
        api.GetListAsync<RuleSummary>(ApiRoutes.Rules, cancellationToken);

    public Task<ApiResult<RuleSummary>> RuleAsync(string id, CancellationToken cancellationToken) =>
        api.GetAsync<RuleSummary>($"{ApiRoutes.Rules}/{string.Join('/', id.Split('/').Select(Uri.EscapeDataString))}", cancellationToken);

    public Task<ApiResult<IReadOnlyList<CustomRuleSummary>>> CustomRulesAsync(CancellationToken cancellationToken) =>
        api.GetListAsync<CustomRuleSummary>(ApiRoutes.CustomRules, cancellationToken);

    public Task<ApiResult<CustomRuleDetail>> CustomRuleAsync(string id, CancellationToken cancellationToken) =>
        api.GetAsync<CustomRuleDetail>(CustomRule(id), cancellationToken);

    public Task<ApiResult<CustomRuleCheck>> CheckCustomRuleAsync(CheckCustomRuleRequest request, CancellationToken cancellationToken) =>
        api.PostAsync<CustomRuleCheck>($"{ApiRoutes.CustomRules}/check", request, cancellationToken);

    public Task<ApiResult<CustomRuleDetail>> SaveCustomRuleAsync(CustomRuleDefinition definition, CancellationToken cancellationToken) =>
        api.PostAsync<CustomRuleDetail>(ApiRoutes.CustomRules, definition, cancellationToken);

    public Task<ApiResult<Done>> StartDryRunAsync(string id, int version, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{CustomRule(id)}/versions/{version}/dry-run", null, cancellationToken);

    public Task<ApiResult<Done>> ActivateCustomRuleAsync(string id, int version, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{CustomRule(id)}/versions/{version}/activate", null, cancellationToken);

    public Task<ApiResult<Done>> DeactivateCustomRuleAsync(string id, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{CustomRule(id)}/deactivate", null, cancellationToken);

    public Task<ApiResult<IReadOnlyList<TokenSummary>>> TokensAsync(CancellationToken cancellationToken) =>
        api.GetListAsync<TokenSummary>(ApiRoutes.Tokens, cancellationToken);

    public Task<ApiResult<TokenCreated>> CreateTokenAsync(CreateTokenRequest request, CancellationToken cancellationToken) =>
        api.PostAsync<TokenCreated>(ApiRoutes.Tokens, request, cancellationToken);

    public Task<ApiResult<Done>> RevokeTokenAsync(Guid id, CancellationToken cancellationToken) =>
        api.DeleteAsync($"{ApiRoutes.Tokens}/{id}", cancellationToken);

    public Task<ApiResult<Page<AuditEntry>>> AuditAsync(string? after, int limit, CancellationToken cancellationToken) =>
        api.GetAsync<Page<AuditEntry>>(Paging(after, limit).AppendTo(ApiRoutes.Audit), cancellationToken);

    public Task<ApiResult<IReadOnlyList<PersonSummary>>> PeopleAsync(CancellationToken cancellationToken) =>
        api.GetListAsync<PersonSummary>(ApiRoutes.People, cancellationToken);

    public Task<ApiResult<Done>> ChangeRoleAsync(Guid id, Role role, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{ApiRoutes.People}/{id}/role", new ChangeRoleRequest(role), cancellationToken);

    public Task<ApiResult<Done>> SignOutPersonAsync(Guid id, CancellationToken cancellationToken) =>
        api.PostAsync<Done>($"{ApiRoutes.People}/{id}/sign-out", null, cancellationToken);

    public Task<ApiResult<GitHubAppStatus>> GitHubAppAsync(CancellationToken cancellationToken) =>
        api.GetAsync<GitHubAppStatus>(ApiRoutes.GitHubApp, cancellationToken);

    public Task<ApiResult<GitHubAppManifest>> BeginGitHubAppAsync(GitHubAppManifestRequest request, CancellationToken cancellationToken) =>
        api.PostAsync<GitHubAppManifest>($"{ApiRoutes.GitHubApp}/manifest", request, cancellationToken);

    public Task<ApiResult<GitHubAppForgotten>> ForgetGitHubAppAsync(CancellationToken cancellationToken) =>
        api.DeleteAsync<GitHubAppForgotten>(ApiRoutes.GitHubApp, cancellationToken);

    private static string CustomRule(string id) => $"{ApiRoutes.CustomRules}/{Uri.EscapeDataString(id)}";

    private static QueryText Paging(string? after, int? limit)
    {
        var query = new QueryText();
        query.Add("after", after);
        query.Add("limit", limit?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return query;
    }
}
