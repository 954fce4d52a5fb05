using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Sentinel.Tests.Aspire;

/// <summary>The topology itself, as its entry point builds it.</summary>
public sealed class AppHostTests
{
    [Fact]
    public async Task Model_NamesTheParts_AndWhatTheyWaitFor()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sentinel_AppHost>(RunnerFixture.Timeout());

        string[] parts = ["postgres", "sentineldb", "redis", "migrations", "ai-service", "api", "worker", "web"];
        Assert.Equal([], parts.Except(builder.Resources.Select(r => r.Name)));
        Assert.Contains(Find(builder, "api").Annotations.OfType<WaitAnnotation>(), w => w is { WaitType: WaitType.WaitForCompletion, Resource.Name: "migrations" });
        Assert.Equal(2, Find(builder, "worker").GetReplicaCount());
        Assert.Equal(["api", "web"], External(builder));
    }

    [Theory]
    [InlineData("api", 3001)]
    [InlineData("web", 8080)]
    public async Task Model_PortsGivenAsArguments_AreTaken(string name, int expected)
    {
        var cancellationToken = RunnerFixture.Timeout();
        await using var standard = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sentinel_AppHost>(["API_PORT=3001", "WEB_PORT=8080"], cancellationToken);
        await using var moved = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sentinel_AppHost>(["API_PORT=13001", "WEB_PORT=18080"], cancellationToken);

        Assert.Equal(expected, Port(standard, name));
        Assert.Equal(expected + 10_000, Port(moved, name));
    }

    [Fact]
    public async Task Model_WithoutSecrets_BlocksNothing()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sentinel_AppHost>(["API_KEY="], RunnerFixture.Timeout());

        Assert.Equal("", ((ParameterResource)Find(builder, "api-key")).Value);
    }

    private static IResource Find(IDistributedApplicationBuilder builder, string name) => builder.Resources.Single(r => r.Name == name);

    private static string[] External(IDistributedApplicationBuilder builder) =>
        [.. builder.Resources.Where(r => r.Annotations.OfType<EndpointAnnotation>().Any(e => e.IsExternal)).Select(r => r.Name)];

    private static int? Port(IDistributedApplicationBuilder builder, string name) => Find(builder, name).Annotations.OfType<EndpointAnnotation>().Single().Port;
}
