using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Sentinel.Tests.ServiceDefaults;

public sealed class ServiceProcessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_FaultyConfiguration_EndsWithOneMessageThatListsAllFaultsAndNoValue()
    {
        await using var service = ServiceProcess.Start(
            "Sentinel.Api.dll", [("DATABASE_URL", "mysql://u:hunter2@h/s"), ("AI_SERVICE_URL", "hunter2"), ("GITHUB_CLIENT_ID", "hunter2")]);

        var (code, output, error) = await service.ExitAsync(Cancellation);

        Assert.Equal(78, code);
        Assert.Equal("", output);
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimEnd()).ToArray();
        Assert.Equal("api cannot start: 5 faults in its configuration.", lines[0]);
        Assert.Equal(
            ["DATABASE_URL", "REDIS_URL", "AI_SERVICE_URL", "GITHUB_WEBHOOK_SECRET", "GITHUB_CLIENT_SECRET"],
            lines[1..].Select(l => l.TrimStart(' ', '-').Split(' ', ':')[0]));
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_Running_AnswersHealthLogsJsonAndStopsOnRequest()
    {
        await using var service = ServiceProcess.Start("Sentinel.AiService.dll", []);
        await service.WaitUntilAliveAsync(Cancellation);

        using var health = await service.Client.GetAsync(new Uri("/health", UriKind.Relative), Cancellation);
        var report = JsonDocument.Parse(await health.Content.ReadAsStringAsync(Cancellation)).RootElement;
        Assert.Equal("Healthy", report.GetProperty("status").GetString());
        Assert.InRange(report.GetProperty("uptimeSeconds").GetDouble(), 0, 120);
        Assert.NotEmpty(report.GetProperty("version").GetString()!);
        Assert.True(report.GetProperty("checks").GetProperty("self").GetProperty("durationMilliseconds").GetDouble() >= 0);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync(new Uri("/ready", UriKind.Relative), Cancellation)).StatusCode);
        Assert.Contains("# TYPE", await service.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation), StringComparison.Ordinal);
        Assert.False(health.Headers.Contains("Server"));

        Assert.Equal(0, (await HealthcheckAsync(service.Port)).Code);
        var stopping = Stopwatch.StartNew();
        var (code, log) = await service.StopAsync(Cancellation);

        Assert.Equal(0, code);
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(10), $"took {stopping.Elapsed}");
        Assert.NotEmpty(log);
        Assert.All(log, line => Assert.All(["timestamp", "level", "service", "message", "template"], name => Assert.True(line.TryGetProperty(name, out _), name)));
        Assert.All(log, line => Assert.Equal("ai-service", line.GetProperty("service").GetString()));
        Assert.Equal(1, (await HealthcheckAsync(service.Port)).Code);
    }

    [Fact]
    public async Task Service_PeerThatAProxyForwards_SeesNoDetails()
    {
        await using var service = ServiceProcess.Start("Sentinel.AiService.dll", []);
        await service.WaitUntilAliveAsync(Cancellation);

        foreach (var path in (string[])["/health", "/metrics"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("X-Forwarded-For", "203.0.113.7");
            Assert.Equal(HttpStatusCode.NotFound, (await service.Client.SendAsync(request, Cancellation)).StatusCode);
        }
    }

    private static async Task<(int Code, string Output, string Error)> HealthcheckAsync(int port)
    {
        await using var verb = ServiceProcess.Start(
            "Sentinel.AiService.dll", [("PORT", port.ToString(CultureInfo.InvariantCulture)), ("http_proxy", "http://127.0.0.1:1")], "--healthcheck");
        return await verb.ExitAsync(Cancellation);
    }
}
