using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Aspire.Running;

namespace Sentinel.Tests.Aspire;

/// <summary>A small model of shell scripts, run for real.</summary>
internal static class RunnerFixture
{
    public static CancellationToken Timeout(int seconds = 60)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(TimeSpan.FromSeconds(seconds));
        return source.Token;
    }

    public static IResourceBuilder<ExecutableResource> AddScript(this IDistributedApplicationBuilder builder, string name, string script)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("The scripts of these tests need a POSIX shell.");
        return builder.AddExecutable(name, "/bin/sh", Path.GetTempPath(), "-c", script);
    }

    /// <summary>An application with short pauses, so that restarts and stops are seen soon.</summary>
    public static async Task<DistributedApplication> StartQuicklyAsync(this IDistributedApplicationTestingBuilder builder, CancellationToken cancellationToken)
    {
        var app = await builder.BuildAsync(cancellationToken);
        var options = app.Services.GetRequiredService<RunOptions>();
        options.RestartDelay = TimeSpan.FromMilliseconds(50);
        options.StopTimeout = TimeSpan.FromSeconds(2);
        await app.StartAsync(cancellationToken);
        return app;
    }

    public static async Task<string[]> LinesAsync(this DistributedApplication app, string resource)
    {
        var lines = new List<string>();
        await foreach (var batch in app.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(resource)) lines.AddRange(batch.Select(l => l.Content));
        return [.. lines];
    }

    public static async Task<string> WaitForLineAsync(this DistributedApplication app, string resource, string text, CancellationToken cancellationToken)
    {
        await foreach (var batch in app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(resource).WithCancellation(cancellationToken))
        {
            if (batch.FirstOrDefault(l => l.Content.Contains(text, StringComparison.Ordinal)) is { Content: { } line }) return line;
        }

        throw new InvalidOperationException($"'{resource}' never wrote '{text}'.");
    }

    public static bool IsAlive(int pid)
    {
        // A killed process stays as a zombie until its new parent looks at it, which not every init does at once.
        if (OperatingSystem.IsLinux())
            return File.Exists($"/proc/{pid}/stat") && File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1][0] is not ('Z' or 'X');
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
