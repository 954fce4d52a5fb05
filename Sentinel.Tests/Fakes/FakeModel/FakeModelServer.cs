using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sentinel.Tests.Fakes.FakeModel;

/// <summary>
/// A model behind real HTTP that speaks OpenAI's chat completions. Give its <see cref="BaseUrl"/> as <c>AI_BASE_URL</c>. It answers
/// well unless told otherwise.
/// </summary>
internal sealed class FakeModelServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<FakeModelStep> steps = new();
    private readonly ConcurrentQueue<FakeModelRequest> requests = new();

    private FakeModelServer(WebApplication app) => this.app = app;

    public string BaseUrl => $"{app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/v1/";

    /// <summary>What it does when nothing else is scripted.</summary>
    public FakeModelStep Default { get; set; } = FakeModelSteps.Good;

    /// <summary>All calls so far, the oldest first.</summary>
    public IReadOnlyList<FakeModelRequest> Requests => [.. requests];

    public static async Task<FakeModelServer> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(FakeModelServer).Assembly.GetName().Name });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        var server = new FakeModelServer(builder.Build());
        server.app.MapPost("/v1/chat/completions", server.CompleteAsync);
        await server.app.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>The next calls, in order; then the default again.</summary>
    public void Script(params FakeModelStep[] next)
    {
        foreach (var step in next) steps.Enqueue(step);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task CompleteAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers;
        var request = new FakeModelRequest(
            await reader.ReadToEndAsync(context.RequestAborted), headers["X-Request-ID"], headers.Authorization, headers["traceparent"]);
        requests.Enqueue(request);
        try
        {
            await (steps.TryDequeue(out var step) ? step : Default)(context, request);
        }
        catch (Exception ex) when (context.RequestAborted.IsCancellationRequested && ex is OperationCanceledException or IOException)
        {
            // The caller had enough, which is what the step was for.
        }
    }
}
