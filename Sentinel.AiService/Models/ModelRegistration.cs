using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Microsoft.SemanticKernel.ChatCompletion;
using Polly;

namespace Sentinel.AiService.Models;

internal static class ModelRegistration
{
    private const string Client = "model";

    /// <summary>Whether there is a model.</summary>
    public static bool AddModel(this WebApplicationBuilder builder)
    {
        if (ModelEndpoint.From(builder.Configuration) is not { } endpoint) return false;

        builder.Services.AddOptions<ModelOptions>().BindConfiguration(ModelOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(endpoint);
        builder.Services.AddTransient<BoundedAnswerHandler>();
        builder.AddModelHttp();
        builder.Services.AddSingleton(services => ModelConnector.Create(
            endpoint, services.GetRequiredService<IHttpClientFactory>().CreateClient(Client), services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddSingleton<ModelClient>();
        return true;
    }

    private static void AddModelHttp(this WebApplicationBuilder builder)
    {
        var http = builder.Services.AddHttpClient(Client, client => client.Timeout = Timeout.InfiniteTimeSpan);
#pragma warning disable EXTEXP0001 // Taking a default handler off one client is still marked experimental.
        http.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        // One client for the life of the process: connections are renewed below it. A redirect would carry code to another host.
        http.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false });
        http.SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        http.AddResilienceHandler(Client, static (pipeline, context) => Configure(pipeline, context.ServiceProvider.GetRequiredService<IOptions<ModelOptions>>().Value));
        http.AddHttpMessageHandler<BoundedAnswerHandler>();
    }

    // From the outside in: the caller's patience, a place, tries, whether the model is left alone, the patience for one try.
    private static void Configure(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, ModelOptions options) => pipeline
        .AddTimeout(options.TotalTimeout)
        .AddConcurrencyLimiter(options.Concurrency, options.Waiting)
        .AddRetry(new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = options.Retries,
            Delay = options.RetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = options.FailuresBeforeBreak,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = options.Break,
        })
        .AddTimeout(options.AttemptTimeout);
}
