using System.Net;
using Sentinel.Contracts;
using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Api.Schemas;

public sealed class SchemasTests
{
    [Fact]
    public async Task PolicySchema_AskedByAStranger_IsTheOneThatIsPublished()
    {
        await using var api = await ApiServer.StartAsync(TestContext.Current.CancellationToken, "Production");

        using var response = await api.Anonymous.GetAsync(ApiRoutes.PolicySchema, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, "application/schema+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(PolicySchema.Json, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
