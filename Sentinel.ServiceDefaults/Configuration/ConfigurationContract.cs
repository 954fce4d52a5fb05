using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using static Sentinel.ServiceDefaults.Configuration.ConfigurationKeys;

namespace Sentinel.ServiceDefaults.Configuration;

/// <summary>Reads and checks every setting of the contract for one service. Pure but for reading <c>_FILE</c> files.</summary>
public static partial class ConfigurationContract
{
    /// <summary>Largest accepted <c>_FILE</c>, in bytes.</summary>
    public const int MaxSecretFileBytes = 64 * 1024;

    // 256 bits are 43 characters of base64; a phrase of words has less in more.
    private const int MinKeyLength = 32;

    private const string PemExample = "-----BEGIN RSA PRIVATE KEY----- …";

    private const Services DatabaseUsers = Services.Api | Services.Worker | Services.Migrations;

    private static readonly Entry[] Table =
    [
        new(Port, "8080", Services.All, CheckPort),
        new(DatabaseUrl, PostgresConnectionString.Example, DatabaseUsers, Normalize(PostgresConnectionString.Normalize), DatabaseConnection, DatabaseUsers),
        new(RedisUrl, RedisConnectionString.Example, Services.All, Normalize(RedisConnectionString.Normalize), RedisConnection, Services.Api | Services.Worker),
        new(DatabasePassword, "the password alone", DatabaseUsers, CheckOneLine),
        new(RedisPassword, "the password alone", Services.All, CheckOneLine),
        new(ApiKey, "AIza…", Services.Api | Services.AiService, CheckOneLine),
        new(AiBaseUrl, "http://ollama:11434/v1/", Services.AiService, CheckModelUrl),
        new(AiModel, "gemini-2.5-flash", Services.AiService, CheckOneLine),
        new(GitHubClientId, "Iv1.0123456789abcdef", Services.Api, CheckOneLine),
        new(GitHubClientSecret, "40 hexadecimal digits", Services.Api, CheckOneLine),
        new(GitHubAllowedOrgs, "acme, acme-labs", Services.Api, CheckLogins),
        new(AiServiceUrl, "http://ai-service:8080", Services.Api | Services.Worker, CheckServiceUrl),
        new(ApiUrl, "http://api:3001", Services.Web, CheckServiceUrl),
        new(GitHubWebhookSecret, "a random text of at least 32 characters", Services.Api, CheckOneLine, RequiredOutsideDevelopment: Services.Api),
        new(SentinelKey, "what `openssl rand -base64 32` prints", Services.Api | Services.Worker | Services.Web, CheckKey),
        new(GitHubAppId, "123456", Services.Api | Services.Worker, CheckAppId),
        new(GitHubAppPrivateKey, PemExample, Services.Api | Services.Worker, CheckPrivateKey),
        new(GitHubApiUrl, "https://github.example/api/v3", Services.All, CheckUrl),
        new(GitHubUrl, "https://github.example", Services.All, CheckUrl),
    ];

    // What the app model calls a service whose address is a setting.
    private static readonly Dictionary<string, string> Discovered = new() { [AiServiceUrl] = "ai-service", [ApiUrl] = "api" };

    private static readonly (string First, string Second, Services Readers)[] Pairs =
    [
        (GitHubClientId, GitHubClientSecret, Services.Api),
        (GitHubAppId, GitHubAppPrivateKey, Services.Api | Services.Worker),
    ];

    // A password that is a secret of its own, and the connection it belongs to.
    private static readonly (string Password, string Url, string Connection, Func<string, string, string> Add)[] Passwords =
    [
        (DatabasePassword, DatabaseUrl, DatabaseConnection, PostgresConnectionString.WithPassword),
        (RedisPassword, RedisUrl, RedisConnection, RedisConnectionString.WithPassword),
    ];

    private delegate string Check(string value);

    /// <summary>All settings of a service, with all faults.</summary>
    /// <param name="configuration">Where values are read.</param>
    /// <param name="serviceName">api, worker, ai-service, web or migrations; any other name reads what all services share.</param>
    /// <param name="development">Whether the environment is Development.</param>
    /// <returns>Values to lay over the configuration; and one line for each fault, which never quotes a value.</returns>
    public static (IReadOnlyDictionary<string, string?> Values, IReadOnlyList<string> Faults) Read(IConfiguration configuration, string serviceName, bool development)
    {
        var service = ServiceOf(serviceName);
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var faults = new List<string>();
        foreach (var entry in Table.Where(e => (e.Readers & service) != 0))
        {
            // What the app model hands out (services__ai-service__http__0) wins, as its connection strings do.
            if (Discovered.TryGetValue(entry.Key, out var name) && configuration.GetSection($"services:{name}").GetChildren().Any()) values[entry.Key] = $"https+http://{name}";
            else ReadEntry(entry, configuration, service, development, values, faults);
        }

        foreach (var (password, url, connection, add) in Passwords)
        {
            if (!values.Remove(password, out var secret) || !values.TryGetValue($"ConnectionStrings:{connection}", out var text)) continue;
            try
            {
                values[$"ConnectionStrings:{connection}"] = values[url] = add(text!, secret!);
            }
            catch (FormatException fault)
            {
                faults.Add($"{password}: {fault.Message}.");
            }
        }

        foreach (var (first, second, readers) in Pairs.Where(p => (p.Readers & service) != 0))
        {
            if (IsSet(first) != IsSet(second) && !faults.Any(f => f.StartsWith(first, StringComparison.Ordinal) || f.StartsWith(second, StringComparison.Ordinal)))
                faults.Add($"{(IsSet(first) ? second : first)} is missing, but {(IsSet(first) ? first : second)} is set: the two belong together. Set both or neither.");
        }
        return (values, faults);

        bool IsSet(string key) => values.ContainsKey(key);
    }

    private static void ReadEntry(
        Entry entry, IConfiguration configuration, Services service, bool development, Dictionary<string, string?> values, List<string> faults)
    {
        var connection = entry.ConnectionName is { } name ? configuration.GetConnectionString(name) : null;
        var origin = entry.Key;
        string? value;
        if (!string.IsNullOrWhiteSpace(connection))
        {
            (origin, value) = ($"ConnectionStrings:{entry.ConnectionName}", connection);
        }
        else
        {
            value = configuration[entry.Key];
            if (string.IsNullOrWhiteSpace(value) && configuration[$"{entry.Key}_FILE"] is { Length: > 0 } file)
            {
                origin = $"{entry.Key}_FILE";
                if (!TryReadFile(file, out value, out var fault))
                {
                    faults.Add($"{entry.Key}: read from {origin}: {fault}. Example: {entry.Example}");
                    return;
                }
            }
        }

        if (string.IsNullOrWhiteSpace(value))
        {
            var required = (entry.Required & service) != 0 || (!development && (entry.RequiredOutsideDevelopment & service) != 0);
            var reason = origin.EndsWith("_FILE", StringComparison.Ordinal) ? $"the file that {origin} names is empty" : $"set the environment variable {entry.Key}, or {entry.Key}_FILE to the path of a file that holds it";
            if (required) faults.Add($"{entry.Key} is missing: {reason}. Example: {entry.Example}");
            return;
        }

        try
        {
            var normal = entry.Check(value);
            values[entry.Key] = entry.ConnectionName is null ? normal : value;
            if (entry.ConnectionName is { } connectionName) values[$"ConnectionStrings:{connectionName}"] = normal;
        }
        catch (FormatException fault)
        {
            faults.Add($"{entry.Key}: read from {origin}: {fault.Message}. Example: {entry.Example}");
        }
    }

    private static bool TryReadFile(string path, out string? value, out string fault)
    {
        (value, fault) = (null, "");
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists) fault = "the file does not exist";
            else if (info.Length > MaxSecretFileBytes) fault = $"the file is larger than {MaxSecretFileBytes} bytes";
            else value = File.ReadAllText(path).Trim();
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            fault = "the file cannot be read by this user";
        }
        return fault.Length == 0;
    }

    private static Services ServiceOf(string name) => name switch
    {
        "api" => Services.Api,
        "worker" => Services.Worker,
        "ai-service" => Services.AiService,
        "web" => Services.Web,
        "migrations" => Services.Migrations,
        _ => Services.Other,
    };

    private static Check Normalize(Func<string, string> normalize) => value => normalize(value);

    private static string CheckPort(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? value : throw new FormatException("not a port from 1 to 65535");

    private static string CheckUrl(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "https+http" && url.UserInfo.Length == 0
            ? value : throw new FormatException("not an absolute http or https URL without credentials");

    // Platforms that hand out the address of a service by reference give host:port alone.
    private static string CheckServiceUrl(string value) => HostAndPort().IsMatch(value) ? $"http://{value}" : CheckUrl(value);

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?:[0-9]{1,5}\z")]
    private static partial Regex HostAndPort();

    // Code and the key travel to this address.
    private static string CheckModelUrl(string value) =>
        new Uri(CheckUrl(value.Trim())) is { Scheme: "http" } url && !OwnNetwork.Holds(url.Host)
            ? throw new FormatException("plain http is taken only for hosts of one's own network; use https")
            : value.Trim();

    // A name that cannot be an organisation's would silently let nobody in.
    private static string CheckLogins(string value) =>
        value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } logins && logins.All(login => Login().IsMatch(login))
            ? string.Join(',', logins) : throw new FormatException("not names of GitHub organisations with commas between them");

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\z")]
    private static partial Regex Login();

    private static string CheckAppId(string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? value : throw new FormatException("not a number");

    private static string CheckOneLine(string value) =>
        value.Trim() is var text && text.Any(char.IsControl) ? throw new FormatException("it holds control characters or several lines") : text;

    private static string CheckKey(string value) =>
        CheckOneLine(value) is { Length: >= MinKeyLength } key ? key : throw new FormatException($"it has fewer than {MinKeyLength} characters");

    private static string CheckPrivateKey(string value)
    {
        // Hosts that cannot hold several lines in a variable get the key with \n written out.
        var pem = value.Replace("\\n", "\n", StringComparison.Ordinal);
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return pem;
        }
        catch (Exception ex) when (ex is ArgumentException or CryptographicException)
        {
            throw new FormatException("not an RSA private key in PEM form");
        }
    }

    [Flags]
    private enum Services { None = 0, Api = 1, Worker = 2, AiService = 4, Web = 8, Migrations = 16, Other = 32, All = 63 }

    private sealed record Entry(
        string Key, string Example, Services Readers, Check Check, string? ConnectionName = null, Services Required = Services.None,
        Services RequiredOutsideDevelopment = Services.None);
}
