using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sentinel.ServiceDefaults;

namespace Sentinel.Tests.ServiceDefaults;

public sealed class HealthTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_CheckThrows_SaysUnhealthyAndNotWhy()
    {
        await using var host = await DefaultsHost.StartAsync(
            builder => builder.Services.AddHealthChecks().AddCheck(
                "store", () => throw new InvalidOperationException("password=hunter2 at db.internal"), [HealthPaths.ReadyTag]),
            _ => { }, Cancellation);

        using var health = await host.Client.GetAsync(new Uri("/health", UriKind.Relative), Cancellation);
        var text = await health.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Equal("Unhealthy", JsonDocument.Parse(text).RootElement.GetProperty("checks").GetProperty("store").GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Client.GetAsync(new Uri("/ready", UriKind.Relative), Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync(new Uri("/alive", UriKind.Relative), Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Ready_UntaggedOrDegradedCheck_LetsTheServiceServe()
    {
        await using var host = await DefaultsHost.StartAsync(
            builder => builder.Services.AddHealthChecks()
                .AddCheck("other", () => HealthCheckResult.Unhealthy())
                .AddCheck("redis", () => HealthCheckResult.Degraded(), [HealthPaths.ReadyTag]),
            _ => { }, Cancellation);

        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync(new Uri("/ready", UriKind.Relative), Cancellation)).StatusCode);
    }
}
