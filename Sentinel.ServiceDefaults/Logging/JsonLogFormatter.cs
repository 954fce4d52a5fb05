using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.ServiceDefaults.Logging;

/// <summary>Options of <see cref="JsonLogFormatter"/>.</summary>
internal sealed class JsonLogFormatterOptions : ConsoleFormatterOptions
{
    /// <summary>Name of the service, on every line.</summary>
    public string Service { get; set; } = "sentinel";
}

/// <summary>
/// One JSON object per line: <c>timestamp, level, service, message, template, category, requestId, traceId, spanId, exception</c> and
/// the named properties of the message. Control characters are escaped, so hostile text cannot forge a line.
/// </summary>
internal sealed class JsonLogFormatter(IOptionsMonitor<JsonLogFormatterOptions> options, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "sentinel-json";

    /// <summary>Characters of one text kept in a line; the rest is cut, so that one event cannot flood the log.</summary>
    public const int MaxTextLength = 16 * 1024;

    private const string OriginalFormat = "{OriginalFormat}";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "timestamp", "level", "service", "message", "template", "category", "requestId", "traceId", "spanId", "exception", "eventId",
    };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", Level(logEntry.LogLevel));
            json.WriteString("service", options.CurrentValue.Service);
            json.WriteString("message", Cut(message));
            var properties = logEntry.State as IReadOnlyList<KeyValuePair<string, object?>>;
            if (properties?.LastOrDefault(p => p.Key == OriginalFormat).Value is string template) json.WriteString("template", Cut(template));
            json.WriteString("category", logEntry.Category);
            if (RequestIdContext.Current is { } requestId) json.WriteString("requestId", requestId);
            if (Activity.Current is { } activity)
            {
                json.WriteString("traceId", activity.TraceId.ToHexString());
                json.WriteString("spanId", activity.SpanId.ToHexString());
            }
            WriteProperties(json, properties);
            if (logEntry.Exception is { } exception) json.WriteString("exception", Cut(exception.ToString()));
            json.WriteEndObject();
        }
        textWriter.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        textWriter.Write('\n');
    }

    private static void WriteProperties(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>>? properties)
    {
        if (properties is null) return;

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in properties)
        {
            if (key == OriginalFormat) continue;
            var name = Reserved.Contains(key) ? key + "_" : key;
            if (!seen.Add(name)) continue;
            json.WritePropertyName(name);
            WriteValue(json, value);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case bool b: json.WriteBooleanValue(b); break;
            case int i: json.WriteNumberValue(i); break;
            case long l: json.WriteNumberValue(l); break;
            case double d when double.IsFinite(d): json.WriteNumberValue(d); break;
            case decimal m: json.WriteNumberValue(m); break;
            case TimeSpan t: json.WriteStringValue(t.ToString("c", CultureInfo.InvariantCulture)); break;
            case IFormattable f: json.WriteStringValue(Cut(f.ToString(null, CultureInfo.InvariantCulture))); break;
            default: json.WriteStringValue(Cut(value.ToString() ?? "")); break;
        }
    }

    private static string Cut(string text)
    {
        if (text.Length > MaxTextLength) text = string.Concat(text.AsSpan(0, MaxTextLength), " …");
        // Lone surrogates are not Unicode, and the relaxed encoder leaves the line and paragraph separators as they are.
        return text.AsSpan().IndexOfAnyInRange('\u2028', '\u2029') < 0 && IsUnicode(text)
            ? text
            : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\u2028', ' ').Replace('\u2029', ' ');
    }

    private static bool IsUnicode(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "information",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
