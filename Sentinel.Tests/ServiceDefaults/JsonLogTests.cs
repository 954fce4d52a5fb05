using System.Diagnostics;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sentinel.ServiceDefaults.Logging;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Tests.ServiceDefaults;

public sealed class JsonLogTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 17, 28, 0, 123, TimeSpan.Zero);

    [Fact]
    public void Write_Message_HasTheFieldsOfTheContract()
    {
        using var activity = new Activity("work").Start();
        using var request = RequestIdContext.Use("request-7");

        var line = Write("Scanned {Path} in {Elapsed}, {Files} files, {Ratio}", null, ("Path", "a\"b"), ("Elapsed", TimeSpan.FromSeconds(1.5)), ("Files", 3), ("Ratio", 0.5));

        Assert.Equal(
            $$"""{"timestamp":"2026-11-23T17:28:00.123Z","level":"warning","service":"test","message":"the message","template":"Scanned {Path} in {Elapsed}, {Files} files, {Ratio}","category":"Sentinel.Here","requestId":"request-7","traceId":"{{activity.TraceId}}","spanId":"{{activity.SpanId}}","Path":"a\"b","Elapsed":"00:00:01.5000000","Files":3,"Ratio":0.5}""" + "\n",
            line);
    }

    [Fact]
    public void Write_Exception_IsOneFieldOnTheSameLine()
    {
        var exception = Assert.Throws<InvalidOperationException>((Action)(() => throw new InvalidOperationException("first\nsecond", new IOException("inner"))));

        var line = Write("x", exception, ("Cause", new IOException("as a value\nof two lines")));

        var json = Parse(line);
        Assert.Contains("first\nsecond", json.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.Contains("inner", json.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.Contains("as a value\nof two lines", json.GetProperty("Cause").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AnyHostileValue_StaysOneReadableObject() =>
        Gen.String.Sample(text =>
        {
            var hostile = $"{text}\r\n\u001B[2J\u0000\u0085\u2028\u2029\uD800{{\"level\":\"critical\"}}";

            var json = Parse(Write(hostile, new InvalidOperationException(hostile), ("Path", hostile), (hostile.Length > 3 ? hostile[..3] : "k", hostile)));

            Assert.Equal("warning", json.GetProperty("level").GetString());
        });

    [Fact]
    public void Write_NamesOfTheContract_CannotBeTakenByProperties()
    {
        var json = Parse(Write("x", null, ("level", "critical"), ("Service", "other"), ("requestId", "forged"), ("Path", "first"), ("Path", "second")));

        Assert.Equal(("warning", "test", "critical", "first"), (Text("level"), Text("service"), Text("level_"), Text("Path")));
        Assert.False(json.TryGetProperty("requestId", out _));

        string? Text(string name) => json.GetProperty(name).GetString();
    }

    [Fact]
    public void Write_HugeText_IsCut() =>
        Assert.True(Write(new string('t', 1_000_000), new InvalidOperationException(new string('e', 1_000_000)), ("Big", new string('x', 1_000_000))).Length < 80_000);

    [Fact]
    public void Write_NumbersThatJsonLacks_AreText()
    {
        var json = Parse(Write("x", null, ("A", double.NaN), ("B", double.PositiveInfinity), ("C", null), ("D", true), ("E", 1.5m), ("F", long.MaxValue)));

        Assert.Equal("""["NaN","Infinity",null,true,1.5,9223372036854775807]""", $"[{string.Join(',', "ABCDEF".Select(c => json.GetProperty(c.ToString()).GetRawText()))}]");
    }

    private static JsonElement Parse(string line)
    {
        Assert.EndsWith("\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line[..^1], c => char.IsControl(c) || c is '\u2028' or '\u2029');
        return JsonDocument.Parse(line).RootElement;
    }

    private static string Write(string template, Exception? exception, params (string Key, object? Value)[] properties)
    {
        var options = new Fixed(new JsonLogFormatterOptions { Service = "test" });
        var state = properties.Select(p => KeyValuePair.Create(p.Key, p.Value)).Append(new("{OriginalFormat}", template)).ToArray();
        var entry = new LogEntry<KeyValuePair<string, object?>[]>(LogLevel.Warning, "Sentinel.Here", default, state, exception, (_, _) => "the message");
        using var output = new StringWriter();
        new JsonLogFormatter(options, new FixedTime()).Write(entry, null, output);
        return output.ToString();
    }

    private sealed class Fixed(JsonLogFormatterOptions value) : IOptionsMonitor<JsonLogFormatterOptions>
    {
        public JsonLogFormatterOptions CurrentValue => value;

        public JsonLogFormatterOptions Get(string? name) => value;

        public IDisposable? OnChange(Action<JsonLogFormatterOptions, string?> listener) => null;
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
