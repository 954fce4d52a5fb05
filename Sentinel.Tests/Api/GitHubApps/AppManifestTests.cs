using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Octokit.Webhooks;
using Sentinel.Api.GitHubApps;
using Sentinel.Api.Webhooks;
using Sentinel.Api.Webhooks.Events;
using Sentinel.Contracts.GitHubApps;
using Sentinel.ServiceDefaults.Configuration;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Api.GitHubApps;

public sealed partial class AppManifestTests
{
    // GitHub sends them to every App, and refuses to be asked for them.
    private static readonly string[] Automatic = ["installation", "installation_repositories", "github_app_authorization", "ping"];

    private static readonly GitHubAddresses GitHubCom = GitHubAddresses.From(new Microsoft.Extensions.Configuration.ConfigurationManager());

    private static readonly GitHubAppManifestRequest Good = new("acme", "Sentinel (acme)", "https://sentinel.acme.example", "https://sentinel.acme.example/webhooks/github");

    [Fact]
    public void Events_AreThoseThatTheWebhookActsOn()
    {
        var planner = new DeliveryPlanner(new RepositoryReader(new Uri("https://github.com"), allowLoopback: false));
        var known = typeof(WebhookEventType).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
        bool IsActedOn(string name)
        {
            try
            {
                return planner.Plan(name, "{}"u8, hasApp: true).Outcome != PlanOutcome.Unknown;
            }
            catch (Exception ex) when (ex is WebhookPayloadException or JsonException)
            {
                // An event without its fields is refused only where they are read.
                return true;
            }
        }

        Assert.Equal(
            known.Where(IsActedOn).Union(AccessChanges.Events).Except(Automatic).Order(StringComparer.Ordinal), AppManifest.Events.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Permissions_AreThoseOfTheDocumentation()
    {
        var page = File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "docs", "github.md"));
        var table = page[page.IndexOf("| permission | for |", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n\n", StringComparison.Ordinal)];

        Assert.Equal(
            AppManifest.Permissions.Select(p => $"{p.Permission.Replace('_', ' ')}: {p.Level}").Order(StringComparer.Ordinal),
            Row().Matches(table).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
        var events = Subscribe().Match(page).Groups[1].Value;
        Assert.Equal(
            AppManifest.Events.Order(StringComparer.Ordinal),
            Emphasis().Matches(events).Select(m => m.Groups[1].Value.ToLowerInvariant().Replace(' ', '_')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Write_GivesTheAddressesOfTheDashboardAndOneWebhook()
    {
        var manifest = JsonNode.Parse(AppManifest.Write("Sentinel \"x\" </form>", new Uri("https://sentinel.acme.example"), new Uri("https://api.acme.example/webhooks/github"), webhookActive: false))!;

        Assert.Equal("Sentinel \"x\" </form>", manifest["name"]!.GetValue<string>());
        Assert.Equal("https://sentinel.acme.example/", manifest["url"]!.GetValue<string>());
        Assert.Equal("""{"url":"https://api.acme.example/webhooks/github","active":false}""", manifest["hook_attributes"]!.ToJsonString());
        Assert.Equal("https://sentinel.acme.example/settings/github/created", manifest["redirect_url"]!.GetValue<string>());
        Assert.Equal("""["https://sentinel.acme.example/auth/github/callback"]""", manifest["callback_urls"]!.ToJsonString());
        Assert.Equal("https://sentinel.acme.example/repositories", manifest["setup_url"]!.GetValue<string>());
        Assert.False(manifest["public"]!.GetValue<bool>());
    }

    [Fact]
    public void Faults_OfAGoodForm_AreNone()
    {
        Assert.Empty(AppRequestRules.Faults(Good, GitHubCom));
        Assert.Empty(AppRequestRules.Faults(Good with { Organization = null }, GitHubCom));
        Assert.Empty(AppRequestRules.Faults(Good with { WebhookUrl = "http://localhost:3001/webhooks/github", WebhookActive = false }, GitHubCom));
    }

    [Fact]
    public void Faults_OfABadForm_AreToldAllAtOnce() => Assert.Equal(
        ["dashboardUrl", "name", "organization", "webhookUrl"],
        AppRequestRules.Faults(new GitHubAppManifestRequest("../evil", new string('x', 35), "https://u:p@sentinel.example", "ftp://x"), GitHubCom).Keys.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("http://sentinel.acme.example/webhooks/github")]
    [InlineData("http://localhost:3001/webhooks/github")]
    [InlineData("https://192.168.1.7/webhooks/github")]
    [InlineData("https://sentinel.local/webhooks/github")]
    [InlineData("https://sentinel.acme.example/webhooks/github?x=1")]
    [InlineData("https://sentinel.acme.example/webhooks/github#x")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public void Faults_OfAWebhookThatGitHubCannotReachOrThatIsNotSafe_NameIt(string url) =>
        Assert.Equal(["webhookUrl"], AppRequestRules.Faults(Good with { WebhookUrl = url }, GitHubCom).Keys);

    [Theory]
    [InlineData("https://github.com", "https://10.0.0.7/webhooks/github", false)]
    [InlineData("https://acme.ghe.com", "https://10.0.0.7/webhooks/github", false)]
    [InlineData("https://git.acme.example", "https://10.0.0.7/webhooks/github", true)]
    [InlineData("https://git.acme.example", "http://localhost/webhooks/github", false)]
    [InlineData("http://127.0.0.1:5000", "http://localhost/webhooks/github", true)]
    [InlineData("https://github.com", "https://sentinel.acme.example/webhooks/github", true)]
    public void CanReach_DependsOnWhereGitHubIs(string gitHub, string webhook, bool expected) =>
        Assert.Equal(expected, GitHubAddresses.From(new Microsoft.Extensions.Configuration.ConfigurationManager { ["GITHUB_URL"] = gitHub }).CanReach(new Uri(webhook)));

    [Theory]
    [InlineData("https://github.com", null, "https://github.com/settings/apps/new?state=s")]
    [InlineData("https://github.com", "acme", "https://github.com/organizations/acme/settings/apps/new?state=s")]
    [InlineData("https://acme.ghe.com", "acme", "https://acme.ghe.com/organizations/acme/settings/apps/new?state=s")]
    [InlineData("https://git.acme.example", null, "https://git.acme.example/settings/apps/new?state=s")]
    public void New_IsThePageOfThePersonOrTheOrganization(string gitHub, string? organization, string expected) =>
        Assert.Equal(expected, AppAddresses.New(GitHubAddresses.From(new Microsoft.Extensions.Configuration.ConfigurationManager { ["GITHUB_URL"] = gitHub }), organization, "s").AbsoluteUri);

    [Theory]
    [InlineData("https://github.com/apps/sentinel-x", "https://github.com/apps/sentinel-x/installations/new")]
    [InlineData("https://evil.example/apps/sentinel-x", "https://github.com/apps/sentinel/installations/new")]
    [InlineData("javascript:alert(1)", "https://github.com/apps/sentinel/installations/new")]
    [InlineData(null, "https://github.com/apps/sentinel/installations/new")]
    public void Install_LiesAtGitHubWhateverTheAnswerSays(string? htmlUrl, string expected) =>
        Assert.Equal(expected, AppAddresses.Install(GitHubCom, "sentinel", htmlUrl).AbsoluteUri);

    [GeneratedRegex(@"^\| ([a-z ]+: (?:read|write)) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\*\*Subscribe to events\*\*:([^.]*)\.")]
    private static partial Regex Subscribe();

    [GeneratedRegex(@"\*([A-Z][a-z ]+)\*")]
    private static partial Regex Emphasis();
}
