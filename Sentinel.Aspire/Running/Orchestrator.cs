using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Sentinel.Aspire.Postgres;
using Sentinel.Aspire.Redis;

namespace Sentinel.Aspire.Running;

/// <summary>Starts every resource of the model, and stops them in reverse order.</summary>
internal sealed class Orchestrator(DistributedApplicationModel model, RunContext context) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<(ResourceRunner Runner, Task Running)> _runners = [];
    private InstanceLock? _lock;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        PrivateFiles.CreateDirectory(context.Options.DataDirectory, reachable: true);
        _lock = InstanceLock.Acquire(context.Options.DataDirectory);
        try
        {
            await StartResourcesAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await StopAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_lock is null) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        var started = context.Clock.GetTimestamp();
        // What others wait for stops after them. Each level has what is left of the whole time, but at least a moment.
        foreach (var level in _runners.GroupBy(r => Depth(r.Runner.Resource, [])).OrderByDescending(g => g.Key))
        {
            var left = context.Options.StopTimeout - context.Clock.GetElapsedTime(started);
            var patience = left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
            await Task.WhenAll(level.Select(r => StopOneAsync(r.Runner, r.Running, patience))).ConfigureAwait(false);
        }

        _lock.Dispose();
        _lock = null;
        if (context.Options.OwnsDataDirectory && Directory.Exists(context.Options.DataDirectory)) Directory.Delete(context.Options.DataDirectory, recursive: true);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _lock?.Dispose();
    }

    private static async Task StopOneAsync(ResourceRunner runner, Task running, TimeSpan patience)
    {
        await runner.StopAsync(patience).ConfigureAwait(false);
        await running.ConfigureAwait(false);
    }

    private static void Reset(string dataDirectory)
    {
        // The secrets stay: they are settings (GitHub knows the webhook secret), not data.
        foreach (var directory in Directory.EnumerateDirectories(dataDirectory).Where(d => Path.GetFileName(d) != "secrets")) Directory.Delete(directory, recursive: true);
    }

    private async Task StartResourcesAsync(CancellationToken cancellationToken)
    {
        if (context.Options.Reset) Reset(context.Options.DataDirectory);

        context.Ports = ReplicaEndpoints.Allocate(model.Resources, context.Options.RandomizePorts);
        CheckForCycles();
        foreach (var wait in model.Resources.SelectMany(r => r.Annotations.OfType<WaitAnnotation>()).Where(w => w.WaitType == WaitType.WaitForCompletion))
            context.RunOnce.Add(wait.Resource);

        await context.Eventing.PublishAsync(new BeforeStartEvent(context.Services, model), cancellationToken).ConfigureAwait(false);
        var runners = model.Resources.SelectMany(Runners).ToArray();
        // Every replica is known before the first one runs, so that "all healthy" means all of them.
        foreach (var runner in runners)
            await context.Notifications.PublishUpdateAsync(runner.Resource, runner.Id, s => s with { State = KnownResourceStates.NotStarted }).ConfigureAwait(false);
        foreach (var runner in runners) _runners.Add((runner, Task.Run(() => runner.RunAsync(_stopping.Token), CancellationToken.None)));
        await context.Eventing.PublishAsync(new AfterResourcesCreatedEvent(context.Services, model), cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<ResourceRunner> Runners(IResource resource) => resource switch
    {
        PostgresServerResource server => [new PostgresRunner(server, context)],
        PostgresDatabaseResource database => [new DatabaseRunner(database, context)],
        RedisResource redis => [new RedisRunner(redis, context)],
        ProjectResource or ExecutableResource when !resource.HasAnnotationOfType<ExplicitStartupAnnotation>() =>
            Enumerable.Range(0, resource.GetReplicaCount()).Select(replica => new ComputeRunner(resource, replica, context)),
        _ => [],
    };

    /// <summary>How long the longest chain of resources is that must be there before this one.</summary>
    private static int Depth(IResource resource, HashSet<IResource> path)
    {
        if (!path.Add(resource)) throw new DistributedApplicationException($"The resources {string.Join(", ", path.Select(r => $"'{r.Name}'"))} wait for each other in a circle.");
        var needs = resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource);
        if (resource is IResourceWithParent child) needs = needs.Append(child.Parent);
        var depth = needs.Select(n => 1 + Depth(n, path)).DefaultIfEmpty(0).Max();
        path.Remove(resource);
        return depth;
    }

    private void CheckForCycles()
    {
        foreach (var resource in model.Resources) Depth(resource, []);
    }
}
