using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Liveness;
using Sentinel.Contracts.Rules;

namespace Sentinel.Tests.Web.Fakes;

/// <summary>Providers in every condition, and what they said.</summary>
internal static class FakeLiveness
{
    public static List<LivenessProvider> Providers(FakeEstate estate) =>
    [
        new("aws", "Amazon Web Services", "sts.amazonaws.com", "POST https://sts.amazonaws.com/\nAuthorization: signed with the secret (AWS Signature Version 4); the secret itself is not sent",
            "https://docs.aws.example/sts", ["aws-secret-access-key"], true, null, "mira", estate.Now.AddDays(-3), 2, 11, 1),
        new("github", "GitHub", "api.github.com", "GET https://api.github.com/user\nAuthorization: Bearer {secret}\nAccept: application/vnd.github+json",
            "https://docs.github.example/users", ["github-pat", "github-fine-grained-pat", "github-oauth-token"], true, null, "mira", estate.Now.AddDays(-3), 0, 4, 0),
        new("gitlab", "GitLab", "gitlab.example.com", "GET https://gitlab.example.com/api/v4/personal_access_tokens/self\nPRIVATE-TOKEN: {secret}",
            "https://docs.gitlab.example/tokens", ["gitlab-pat"], false, null, "jo", estate.Now.AddHours(-5), 0, 0, 2),
        new("npm", "npm registry", "", "GET https://<your server>/-/whoami\nAuthorization: Bearer {secret}",
            "https://docs.npm.example/whoami", ["npm-access-token"], false, "it has no address of its own: set Liveness:BaseUrls:npm", null, null, 0, 0, 0),
        new("slack", "Slack", "slack.com", "POST https://slack.com/api/auth.test\nAuthorization: Bearer {secret}",
            "https://docs.slack.example/auth.test", ["slack-bot-token", "slack-user-token"], false, null, null, null, 0, 0, 0),
    ];

    public static LivenessState? Of(RuleSummary rule, FindingState state) => rule.Category != FindingCategory.Secret ? null : state switch
    {
        FindingState.Open => LivenessState.Live,
        FindingState.Fixed => LivenessState.Dead,
        _ => null,
    };

    public static SecretLiveness? Of(FakeEstate estate, FindingSummary finding) => finding.Category != FindingCategory.Secret
        ? null
        : finding.Liveness is { } state
            ? new SecretLiveness(
                "aws", "Amazon Web Services", true, state, state == LivenessState.Live ? "POST sts.amazonaws.com/ answered 200" : "POST sts.amazonaws.com/ answered 403 with <Code>InvalidClientTokenId</Code>",
                estate.Now.AddHours(-2), state == LivenessState.Live ? estate.Now.AddHours(22) : null)
            : new SecretLiveness("aws", "Amazon Web Services", false, null, null, null, null);
}
