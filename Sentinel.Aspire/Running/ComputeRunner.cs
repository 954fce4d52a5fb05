using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sentinel.Aspire.Projects;

namespace Sentinel.Aspire.Running;

/// <summary>Runs executables and projects.</summary>
internal sealed class ComputeRunner(IResource resource, int replica, RunContext context) : ProcessRunner(resource, replica, context)
{
    protected override async Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var variables = await ProcessEnvironment.VariablesAsync(Resource, Replica, Context, cancellationToken).ConfigureAwait(false);
        var arguments = await ProcessEnvironment.ArgumentsAsync(Resource, Context, cancellationToken).ConfigureAwait(false);
        if (Resource is ExecutableResource executable)
            return new LaunchSpec(executable.Command, arguments, executable.WorkingDirectory, variables);

        var project = Resource.Annotations.OfType<IProjectMetadata>().Last();
        var target = await ProjectOutput.FindAsync(project, Context.Options.ApplicationsDirectory, cancellationToken).ConfigureAwait(false);
        return new LaunchSpec(Executables.DotNet(), ["exec", target, .. arguments], Context.Options.ApplicationsDirectory is null ? Path.GetDirectoryName(project.ProjectPath)! : Path.GetDirectoryName(target)!, variables);
    }

    // A service is meant to stay; a tool that ends well has done its work.
    protected override bool RestartsAfter(int exitCode) => exitCode != 0 || Resource.HasAnnotationOfType<EndpointAnnotation>();

    protected override async Task<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        foreach (var check in Resource.Annotations.OfType<HealthCheckAnnotation>())
        {
            var healthy = check is HttpHealthCheckAnnotation http
                ? await ProbeHttpAsync(http, cancellationToken).ConfigureAwait(false)
                : await ProbeRegisteredAsync(check.Key, cancellationToken).ConfigureAwait(false);
            if (!healthy) return false;
        }

        return true;
    }

    private async Task<bool> ProbeHttpAsync(HttpHealthCheckAnnotation check, CancellationToken cancellationToken)
    {
        var endpoint = Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => check.EndpointName is null ? e.UriScheme is "http" or "https" : e.Name == check.EndpointName)
            ?? throw new DistributedApplicationException($"'{Resource.Name}' has a health check but no endpoint to ask.");
        try
        {
            using var response = await Context.Http.GetAsync(new Uri($"{endpoint.UriScheme}://127.0.0.1:{Context.Ports[(endpoint, Replica)]}{check.Path}"), HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return (int)response.StatusCode == check.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false; // Not listening yet, or not answering.
        }
    }

    private async Task<bool> ProbeRegisteredAsync(string key, CancellationToken cancellationToken)
    {
        var report = await Context.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(r => r.Name == key, cancellationToken).ConfigureAwait(false);
        return report.Status == HealthStatus.Healthy;
    }
}
