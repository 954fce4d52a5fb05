using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Hosting;

namespace Sentinel.Aspire.Running;

/// <summary>What every runner of a resource shares.</summary>
internal sealed record RunContext(
    RunOptions Options,
    RunConsole Console,
    ResourceNotificationService Notifications,
    IDistributedApplicationEventing Eventing,
    DistributedApplicationExecutionContext Execution,
    IHostEnvironment Environment,
    IServiceProvider Services,
    TimeProvider Clock)
{
    public Dictionary<(EndpointAnnotation Endpoint, int Replica), int> Ports { get; set; } = [];

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Resources that someone waits for to end: they run once and are never restarted.</summary>
    public HashSet<IResource> RunOnce { get; } = [];
}
