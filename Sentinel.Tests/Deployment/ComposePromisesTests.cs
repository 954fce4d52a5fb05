namespace Sentinel.Tests.Deployment;

/// <summary>What the compose file promises, on this machine's kernel.</summary>
public sealed class ComposePromisesTests
{
    [Fact]
    public async Task Services_UnprivilegedOnAReadOnlyRoot_BecomeHealthyAndStopWithinTheirGrace()
    {
        await using var host = await ContainerHost.StartAsync();
        var model = await AppModel.GetAsync();

        foreach (var service in model.Running) await host.UpAsync(service.Name);

        foreach (var service in model.Running)
        {
            Assert.Equal(0, await host.HealthAsync(service.Name));
            // It can write to its memory and its volume alone.
            var seen = await host.ShellAsync(service.Name, "id -u; for d in / /app /cache /etc /run /run/secrets /tmp /usr /var; do (: > $d/x) 2>/dev/null && echo $d; done");
            Assert.Equal(service.Tools.Contains("git") ? ["1654", "/cache", "/tmp"] : ["1654", "/tmp"], seen.Split('\n'));
        }
        foreach (var service in model.Running.Reverse())
        {
            var container = await host.UpAsync(service.Name);
            var stopping = TimeProvider.System.GetTimestamp();
            Assert.True(await container.StopAsync() == 0, container.Output);
            Assert.True(TimeProvider.System.GetElapsedTime(stopping) < TimeSpan.FromSeconds(service.GraceSeconds), service.Name);
        }
    }
}
