using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sentinel.Aspire.Running;

/// <summary>Runs one replica of one resource, from waiting for what it needs to its end.</summary>
internal abstract class ResourceRunner(IResource resource, int replica, RunContext context)
{
    private bool _ready;

    public IResource Resource { get; } = resource;

    public int Replica { get; } = replica;

    public string Id { get; } = resource.GetReplicaCount() > 1 ? $"{resource.Name}-{replica}" : resource.Name;

    protected RunContext Context { get; } = context;

    /// <summary>Waits, starts, watches. Ends when the resource has ended for good or <paramref name="stopping"/> fires.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            Publish(KnownResourceStates.Waiting);
            await WaitForDependenciesAsync(stopping).ConfigureAwait(false);
            await Context.Eventing.PublishAsync(new BeforeResourceStartedEvent(Resource, Context.Services), stopping).ConfigureAwait(false);
            Publish(KnownResourceStates.Starting);
            await RunCoreAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Publish(KnownResourceStates.Exited);
        }
        catch (Exception e)
        {
            // Whatever went wrong, the others go on and the person reads why this one did not.
            Fail(e is DistributedApplicationException ? e.Message : e.ToString());
        }
    }

    /// <summary>Stops what runs; called once, after the stopping token has fired.</summary>
    public virtual Task StopAsync(TimeSpan patience) => Task.CompletedTask;

    protected abstract Task RunCoreAsync(CancellationToken stopping);

    protected void Publish(string state, HealthStatus? health = null, int? exitCode = null) =>
        Context.Notifications.PublishUpdateAsync(Resource, Id, s => s with { State = state, HealthStatus = health, ExitCode = exitCode });

    protected async Task PublishHealthyAsync(CancellationToken cancellationToken)
    {
        Publish(KnownResourceStates.Running, HealthStatus.Healthy);
        if (_ready) return;
        _ready = true;
        await Context.Eventing.PublishAsync(new ResourceReadyEvent(Resource, Context.Services), cancellationToken).ConfigureAwait(false);
    }

    protected void Fail(string reason, int? exitCode = null)
    {
        Context.Console.About(Id, $"did not start: {reason}");
        Publish(KnownResourceStates.FailedToStart, exitCode: exitCode);
    }

    private async Task WaitForDependenciesAsync(CancellationToken cancellationToken)
    {
        foreach (var wait in Resource.Annotations.OfType<WaitAnnotation>())
        {
            var name = wait.Resource.Name;
            switch (wait.WaitType)
            {
                case WaitType.WaitForCompletion:
                    var end = await Context.Notifications.WaitForResourceAsync(name, ResourceNotificationService.IsTerminal, cancellationToken).ConfigureAwait(false);
                    if (end.Snapshot.State?.Text != KnownResourceStates.Finished || end.Snapshot.ExitCode != wait.ExitCode)
                        throw new DistributedApplicationException($"'{name}' must end with exit code {wait.ExitCode} first, but {Ending(end.Snapshot)}.");
                    break;
                case WaitType.WaitUntilStarted:
                    await Context.Notifications.WaitForResourceAsync(name, [KnownResourceStates.Running, KnownResourceStates.Finished], cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    await Context.Notifications.WaitForResourceHealthyAsync(name, wait.WaitBehavior ?? WaitBehavior.StopOnResourceUnavailable, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    private static string Ending(CustomResourceSnapshot snapshot) =>
        snapshot.ExitCode is { } code ? $"it ended with {code}" : $"its state is {snapshot.State?.Text}";
}
