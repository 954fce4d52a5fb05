using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Sentinel.Aspire.Running;

namespace Sentinel.Tests.Aspire;

public sealed class RunnerTests
{
    [Fact]
    public async Task WaitForCompletion_Success_StartsTheNext()
    {
        var cancellationToken = RunnerFixture.Timeout();
        var marker = Path.GetTempFileName();
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var first = builder.AddScript("first", $"sleep 0.3; echo done > {marker}");
        builder.AddScript("second", $"cat {marker}").WaitForCompletion(first);

        await using var app = await builder.StartQuicklyAsync(cancellationToken);
        await app.ResourceNotifications.WaitForResourceAsync("second", KnownResourceStates.Finished, cancellationToken);

        Assert.Contains("done", await app.LinesAsync("second"));
        File.Delete(marker);
    }

    [Fact]
    public async Task WaitForCompletion_Failure_FailsTheNextAndSaysWhy()
    {
        var cancellationToken = RunnerFixture.Timeout();
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var first = builder.AddScript("first", "exit 3");
        builder.AddScript("second", "echo never").WaitForCompletion(first);

        await using var app = await builder.StartQuicklyAsync(cancellationToken);
        await app.ResourceNotifications.WaitForResourceAsync("second", KnownResourceStates.FailedToStart, cancellationToken);

        var lines = await app.LinesAsync("second");
        Assert.DoesNotContain("never", lines);
        Assert.Contains(lines, l => l.Contains("'first' must end with exit code 0", StringComparison.Ordinal) && l.Contains("ended with 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Crash_OfAHealthyProcess_RestartsWithACount()
    {
        var cancellationToken = RunnerFixture.Timeout();
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddScript("flaky", "sleep 0.5; exit 7");

        await using var app = await builder.StartQuicklyAsync(cancellationToken);
        var line = await app.WaitForLineAsync("flaky", "restart 2", cancellationToken);

        Assert.Contains("exit code 7", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 8)]
    [InlineData(9, 30)]
    public void Delay_GrowsAndIsCapped(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ProcessRunner.Delay(TimeSpan.FromSeconds(1), failures));

    [Fact]
    public async Task Replicas_HaveOwnPorts_AndAllMustBeHealthy()
    {
        var cancellationToken = RunnerFixture.Timeout();
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddScript("pair", "echo port=$PORT; sleep 60").WithHttpEndpoint(env: "PORT").WithAnnotation(new ReplicaAnnotation(2));

        await using var app = await builder.StartQuicklyAsync(cancellationToken);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("pair", cancellationToken);
        await app.WaitForLineAsync("pair-0", "port=", cancellationToken);
        await app.WaitForLineAsync("pair-1", "port=", cancellationToken);

        var ports = (await app.LinesAsync("pair")).Where(l => l.StartsWith("port=", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, ports.Distinct().Count());
    }

    [Fact]
    public async Task Stop_StubbornProcessWithChildren_LeavesNothing()
    {
        var cancellationToken = RunnerFixture.Timeout();
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddScript("stubborn", "trap '' TERM; sleep 300 & echo pid=$!; echo pid=$$; while true; do sleep 1; done");

        var app = await builder.StartQuicklyAsync(cancellationToken);
        await app.WaitForLineAsync("stubborn", "pid=", cancellationToken);
        await Task.Delay(200, cancellationToken);
        int[] pids = [.. (await app.LinesAsync("stubborn")).Where(l => l.StartsWith("pid=", StringComparison.Ordinal)).Select(l => int.Parse(l[4..], CultureInfo.InvariantCulture))];
        Assert.Equal(2, pids.Length);
        Assert.All(pids, pid => Assert.True(RunnerFixture.IsAlive(pid)));

        await app.StopAsync(cancellationToken);

        Assert.All(pids, pid => Assert.False(RunnerFixture.IsAlive(pid)));
        await app.DisposeAsync();
    }

    [Fact]
    public async Task Stop_GoesAgainstTheOrderOfStart()
    {
        var cancellationToken = RunnerFixture.Timeout();
        var log = Path.GetTempFileName();
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var first = builder.AddScript("first", $"trap 'echo first >> {log}; exit 0' TERM; echo up; while true; do sleep 0.1; done");
        builder.AddScript("second", $"trap 'sleep 0.3; echo second >> {log}; exit 0' TERM; echo up; while true; do sleep 0.1; done").WaitFor(first);

        var app = await builder.StartQuicklyAsync(cancellationToken);
        await app.WaitForLineAsync("second", "up", cancellationToken);
        await app.StopAsync(cancellationToken);
        await app.DisposeAsync();

        Assert.Equal(["second", "first"], await File.ReadAllLinesAsync(log, cancellationToken));
        File.Delete(log);
    }

    [Fact]
    public async Task SecondInstance_SameData_NamesTheFirst()
    {
        var cancellationToken = RunnerFixture.Timeout();
        await using var one = DistributedApplicationTestingBuilder.Create();
        await using var first = await one.StartQuicklyAsync(cancellationToken);
        await using var two = DistributedApplicationTestingBuilder.Create();
        two.Configuration["SENTINEL_DATA_DIR"] = one.Configuration["SENTINEL_DATA_DIR"];

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => two.StartQuicklyAsync(cancellationToken));

        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        Assert.Contains("SENTINEL_DATA_DIR", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BusyPort_NamesPortProcessAndRemedy()
    {
        var cancellationToken = RunnerFixture.Timeout();
        using var busy = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        busy.Start();
        var port = ((System.Net.IPEndPoint)busy.LocalEndpoint).Port;
        await using var builder = DistributedApplicationTestingBuilder.Create("DcpPublisher:RandomizePorts=false");
        builder.AddScript("api", "true").WithHttpEndpoint(port: port);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => builder.StartQuicklyAsync(cancellationToken));

        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        Assert.Contains("API_PORT=", error.Message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux()) Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Circle_OfWaits_IsRefused()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var one = builder.AddScript("one", "true");
        var two = builder.AddScript("two", "true").WaitFor(one);
        one.WaitFor(two);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => builder.StartQuicklyAsync(RunnerFixture.Timeout()));

        Assert.Contains("circle", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_OfTheModel_ReachTheProcess()
    {
        var cancellationToken = RunnerFixture.Timeout();
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var secret = builder.AddParameter("key", "s3cret", secret: true);
        var target = builder.AddScript("target", "sleep 60").WithHttpEndpoint();
        builder.AddScript("reader", "echo $KEY $TARGET")
            .WithEnvironment("KEY", secret)
            .WithEnvironment("TARGET", target.GetEndpoint("http"));

        await using var app = await builder.StartQuicklyAsync(cancellationToken);
        await app.ResourceNotifications.WaitForResourceAsync("reader", KnownResourceStates.Finished, cancellationToken);

        Assert.Contains($"s3cret {app.GetEndpoint("target").ToString().TrimEnd('/')}", await app.LinesAsync("reader"));
    }
}
