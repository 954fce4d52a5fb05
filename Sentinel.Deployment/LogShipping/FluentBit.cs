using System.Text.Json.Nodes;
using Sentinel.Deployment.Manifests;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.LogShipping;

/// <summary>Fluent Bit's configuration in its YAML form: https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/yaml.</summary>
internal static class FluentBit
{
    public const string Image = "docker.io/fluent/fluent-bit:4.0.8";

    // Formats of tokens that must never leave the installation, whatever a library may log: GitHub, AWS, Google, bearer headers, URLs with passwords.
    private const string Redaction = """
        local patterns = {
          "gh[pousr]_%w+", "github_pat_[%w_]+", "AKIA[%u%d]+", "AIza[%w_-]+",
          "[Bb]earer%s+[%w%.%-_~%+/=]+", "://[^%s/:@]+:[^%s/@]+@", "[Pp]assword=[^;,%s\"]+",
        }
        function redact(tag, timestamp, record)
          local changed = false
          local function clean(value)
            if type(value) == "table" then
              for key, inner in pairs(value) do value[key] = clean(inner) end
            elseif type(value) == "string" then
              for _, pattern in ipairs(patterns) do
                local text, count = string.gsub(value, pattern, "[redacted]")
                if count > 0 then value = text; changed = true end
              end
            end
            return value
          end
          record = clean(record)
          return changed and 2 or 0, timestamp, record
        end
        """;

    /// <summary>The pipeline from an input to the log store named by LOG_OUTPUT's file.</summary>
    /// <param name="filters">What comes before redaction.</param>
    public static GeneratedFile Configuration(string path, JsonObject input, IEnumerable<JsonObject> filters, JsonObject output) =>
        new(path, Pipeline(GeneratedFile.Notice, input, filters, output));

    /// <summary>As <see cref="Configuration"/>, as a text.</summary>
    public static string Pipeline(string? notice, JsonObject input, IEnumerable<JsonObject> filters, JsonObject output) =>
        ManifestYaml.Write(notice, new JsonObject
        {
            ["service"] = new JsonObject
            {
                ["flush"] = 5,
                ["log_level"] = "info",
                ["storage.path"] = "/buffers",
                ["storage.max_chunks_up"] = 64,
                ["http_server"] = "on",
                ["http_port"] = 2020,
                ["health_check"] = "on",
            },
            // The image's own file of parsers is hidden by the folder that this file is in.
            ["parsers"] = Items(new JsonObject { ["name"] = "json", ["format"] = "json" }),
            ["pipeline"] = new JsonObject
            {
                ["inputs"] = Items(input),
                ["filters"] = Items([.. filters, RedactionFilter()]),
                ["outputs"] = Items(output),
            },
        });

    /// <summary>Sections in the classic form, which FireLens includes into its own: https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/classic-mode.</summary>
    public static string Classic(params IEnumerable<(string Section, JsonObject Keys)> sections) =>
        string.Join('\n', sections.Select(s => $"[{s.Section}]\n{string.Concat(s.Keys.Select(k => $"    {k.Key} {k.Value}\n"))}"));

    /// <summary>The function that takes tokens out of records, as a file of its own.</summary>
    public static string RedactionScript => Redaction + "\n";

    /// <summary>Elasticsearch over TLS.</summary>
    public static JsonObject Elasticsearch() => new()
    {
        ["name"] = "es",
        ["match"] = "*",
        ["host"] = "${ELASTICSEARCH_HOST}",
        ["port"] = 9200,
        ["http_user"] = "${ELASTICSEARCH_USER}",
        ["http_passwd"] = "${ELASTICSEARCH_PASSWORD}",
        ["tls"] = "on",
        ["tls.verify"] = "on",
        ["logstash_format"] = "on",
        ["logstash_prefix"] = "sentinel",
        ["suppress_type_name"] = "on",
        ["retry_limit"] = 10,
        ["storage.total_limit_size"] = "500M",
    };

    /// <summary>Datadog's intake over TLS.</summary>
    public static JsonObject Datadog() => new()
    {
        ["name"] = "datadog",
        ["match"] = "*",
        ["host"] = "http-intake.logs.${DATADOG_SITE}",
        ["apikey"] = "${DATADOG_API_KEY}",
        ["tls"] = "on",
        ["compress"] = "gzip",
        ["dd_service"] = "sentinel",
        ["dd_source"] = "dotnet",
        ["retry_limit"] = 10,
        ["storage.total_limit_size"] = "500M",
    };

    private static JsonObject RedactionFilter() => new()
    {
        ["name"] = "lua",
        ["match"] = "*",
        ["call"] = "redact",
        ["code"] = Redaction,
    };
}
