using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentinel.Aspire.Commands;
using Sentinel.Aspire.Running;

namespace Aspire.Hosting;

public class DistributedApplication(IHost host) : IHost, IAsyncDisposable
{
    private const int Failed = 1;
    private int _disposed;

    public IServiceProvider Services => host.Services;

    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options)
    {
        try
        {
            return new ApplicationBuilder(options);
        }
        catch (DistributedApplicationException e) when (EntryPointInterception.Current is null)
        {
            // A wrong argument is the person's slip, not a crash: they read what is wrong, without a stack.
            Console.Error.WriteLine(e.Message);
            Environment.Exit(Failed);
            throw;
        }
    }

    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs until Ctrl+C or SIGTERM. A fault that the person can cure is printed as one message, with exit code 1.</summary>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var options = Services.GetRequiredService<RunOptions>();
        if (options.Help)
        {
            Console.Out.WriteLine(RunOptions.Usage);
            return;
        }

        try
        {
            if (Services.GetRequiredService<DistributedApplicationExecutionContext>().IsPublishMode) await PublishAsync(cancellationToken).ConfigureAwait(false);
            else await RunModelAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DistributedApplicationException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            Environment.ExitCode = Failed;
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    public virtual Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

    public virtual Task StopAsync(CancellationToken cancellationToken = default) => host.StopAsync(cancellationToken);

    public virtual void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops what still runs: a test that fails half way leaves no process behind.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        foreach (var service in host.Services.GetServices<IHostedService>().OfType<Orchestrator>()) await service.StopAsync(CancellationToken.None).ConfigureAwait(false);
        if (host is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync().ConfigureAwait(false);
        else host.Dispose();
    }

    private async Task RunModelAsync(CancellationToken cancellationToken)
    {
        await host.StartAsync(cancellationToken).ConfigureAwait(false);
        var lifetime = Services.GetRequiredService<IHostApplicationLifetime>();
        var session = new RunSession(Services, lifetime);
        var attending = session.AttendAsync(lifetime.ApplicationStopping);
        await host.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        Environment.ExitCode = await attending.ConfigureAwait(false);
    }

    private Task PublishAsync(CancellationToken cancellationToken) =>
        Services.GetRequiredService<IDistributedApplicationPipeline>().ExecuteAsync(new PipelineContext(
            Services.GetRequiredService<DistributedApplicationModel>(),
            Services.GetRequiredService<DistributedApplicationExecutionContext>(),
            Services,
            Services.GetRequiredService<ILogger<DistributedApplication>>(),
            cancellationToken));
}
