using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sentinel.Tests.Fakes;

/// <summary>Takes traces over OTLP/HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp.</summary>
internal sealed partial class TraceCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _exports = new();

    private TraceCollector(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First());

    public static async Task<TraceCollector> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new TraceCollector(app);
        app.MapPost("/v1/traces", collector.ReceiveAsync);
        app.MapPost("/v1/{signal}", () => Results.Ok());
        await app.StartAsync(cancellationToken);
        return collector;
    }

    /// <summary>Names of the services that sent spans with this text, such as a request ID.</summary>
    public IReadOnlySet<string> ServicesWith(string text) =>
        _exports.Where(e => e.Contains(text, StringComparison.Ordinal)).SelectMany(e => ServiceName().Matches(e).Select(m => m.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        // One export holds the spans of one service; strings stand in it as they are.
        _exports.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
    }

    // The attribute service.name in protocol buffers: key, value's tag and length, text's tag and length, text.
    [GeneratedRegex("service\\.name\x12.\n.([a-z-]+)", RegexOptions.Singleline)]
    private static partial Regex ServiceName();
}
