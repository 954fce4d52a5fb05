using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sentinel.ServiceDefaults.Logging;

internal static class LoggingExtensions
{
    /// <summary>Logs go to standard output as JSON, one object per line.</summary>
    public static void AddJsonLogs(this IHostApplicationBuilder builder, string serviceName)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(options => options.FormatterName = JsonLogFormatter.FormatterName);
        builder.Logging.AddConsoleFormatter<JsonLogFormatter, JsonLogFormatterOptions>(options => options.Service = serviceName);
        // Two lines per request and per outgoing call would bury what matters; traces and metrics hold them.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // The ring of cookie keys lies in Redis, which only the services reach: the warning about it has no remedy there.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        builder.Logging.AddFilter("Polly", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
    }
}
