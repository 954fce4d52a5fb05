using Sentinel.Contracts.Liveness;
using Sentinel.Scanning;
using Sentinel.Worker.Liveness;

namespace Sentinel.Tests.Worker.Liveness;

public sealed class LivenessDefinitionTests
{
    [Fact]
    public void Providers_AsShipped_AreReadableAndEnough()
    {
        Assert.True(LivenessProviders.All.Count >= 15, $"only {LivenessProviders.All.Count} providers");
        Assert.Equal(LivenessProviders.All.Count, LivenessProviders.All.Select(p => p.Id).Distinct().Count());
        Assert.All(LivenessProviders.All, p => Assert.Equal(p, LivenessProviders.ForRule(p.Rules[0])));
        Assert.Equal([], LivenessProviders.All.SelectMany(p => p.Rules).Where(r => RuleCatalog.Find(r) is null));
    }

    [Fact]
    public void Describe_EveryProvider_ShowsWhereTheSecretGoes()
    {
        foreach (var provider in LivenessProviders.All)
        {
            var text = provider.Describe("host.example");

            Assert.StartsWith($"{provider.Method} https://host.example{provider.Path}", text, StringComparison.Ordinal);
            Assert.True(text.Contains(LivenessDefinition.Secret, StringComparison.Ordinal) || provider.Sign is not null, $"{provider.Id}: {text}");
        }
    }

    [Fact]
    public void Read_FileWithFaults_NamesAllOfThem()
    {
        const string yaml = """
            id: broken
            name: Broken
            docs: http://docs.example/
            rules: []
            method: DELETE
            host: https://api.example
            path: /me?token={secret}
            headers: { Authorization: 'Bearer {secret}', X-Account: '{part:account}' }
            colour: red
            answers:
              - { status: 99, state: alive }
              - { status: 401, state: dead }
            """;
        var reader = new LivenessDefinitionReader("broken.yaml");

        Assert.Null(reader.Read(new StringReader(yaml)));
        Assert.Equal(
            [
                "broken.yaml:1: unknown key 'colour'",
                "broken.yaml:11: 'status' is an HTTP status",
                "broken.yaml:11: 'state' is live, dead or unknown",
                "broken.yaml:1: 'method' is GET or POST",
                "broken.yaml:1: 'host' is a bare host name with a dot",
                "broken.yaml:1: 'path' begins with / and holds no placeholder: an address is logged by everyone it passes",
                "broken.yaml:1: 'docs' is an https address",
                "broken.yaml:1: 'rules' names at least one rule",
                "broken.yaml:1: 'account' is not among 'parts'",
                "broken.yaml:1: 'answers' has none that means live",
            ],
            reader.Faults);
    }

    [Theory]
    [InlineData("github", 200, "{}", LivenessState.Live, "GET api.github.com/user answered 200")]
    [InlineData("github", 401, """{"message":"Bad credentials"}""", LivenessState.Dead, "GET api.github.com/user answered 401 with message Bad credentials")]
    [InlineData("github", 401, """{"message":"Requires authentication"}""", LivenessState.Unknown, "GET api.github.com/user answered 401, which proves nothing")]
    [InlineData("github", 401, "<html>", LivenessState.Unknown, "GET api.github.com/user answered 401, which proves nothing")]
    [InlineData("github", 500, "", LivenessState.Unknown, "GET api.github.com/user answered 500, which proves nothing")]
    [InlineData("slack", 200, """{"ok":true,"team":"x"}""", LivenessState.Live, "POST slack.com/api/auth.test answered 200 with ok true")]
    [InlineData("slack", 200, """{"ok":false,"error":"account_inactive"}""", LivenessState.Dead, "POST slack.com/api/auth.test answered 200 with ok false and error account_inactive")]
    [InlineData("slack", 200, """{"ok":false,"error":"invalid_auth"}""", LivenessState.Unknown, "POST slack.com/api/auth.test answered 200, which proves nothing")]
    [InlineData("linear", 400, """{"errors":[{"extensions":{"code":"AUTHENTICATION_ERROR"}}]}""", LivenessState.Dead, "POST api.linear.app/graphql answered 400 with errors.0.extensions.code AUTHENTICATION_ERROR")]
    [InlineData("linear", 200, """{"data":{"viewer":{"id":"u1"}}}""", LivenessState.Live, "POST api.linear.app/graphql answered 200 with a value of data.viewer.id")]
    [InlineData("linear", 200, """{"data":{"viewer":{"id":null}}}""", LivenessState.Unknown, "POST api.linear.app/graphql answered 200, which proves nothing")]
    [InlineData("aws", 403, "<Error><Code>InvalidClientTokenId</Code></Error>", LivenessState.Dead, "POST sts.amazonaws.com/ answered 403 with <Code>InvalidClientTokenId</Code>")]
    [InlineData("aws", 403, "<Error><Code>SignatureDoesNotMatch</Code></Error>", LivenessState.Unknown, "POST sts.amazonaws.com/ answered 403, which proves nothing")]
    public void Answer_OfEachKind_IsReadAsDocumented(string id, int status, string body, LivenessState state, string evidence)
    {
        var provider = LivenessBench.Definition(id);

        var answer = LivenessAnswer.Read(provider, $"{provider.Method} {provider.Host}{provider.Path}", status, System.Text.Encoding.UTF8.GetBytes(body));

        Assert.Equal((state, evidence), (answer.State, answer.Evidence));
    }
}
