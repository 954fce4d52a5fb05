using System.Data.Common;
using System.Text;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.AiService.Redaction;

/// <summary>This installation's own secrets, in the forms in which they may stand in a text. They never go to a model.</summary>
internal sealed class ConfiguredSecrets
{
    // Shorter values stand in ordinary text by chance.
    private const int MinLength = 6;

    private static readonly string[] Keys =
        [ConfigurationKeys.ApiKey, ConfigurationKeys.SentinelKey, ConfigurationKeys.GitHubClientSecret, ConfigurationKeys.GitHubWebhookSecret, ConfigurationKeys.GitHubAppPrivateKey];

    private readonly string[] _forms;

    public ConfiguredSecrets(IConfiguration configuration) =>
        _forms = [.. Values(configuration).SelectMany(Forms).Where(f => f.Length >= MinLength).Distinct().OrderByDescending(f => f.Length)];

    public string Mask(string text)
    {
        foreach (var form in _forms)
        {
            if (text.Contains(form, StringComparison.Ordinal)) text = text.Replace(form, Asterisks(form), StringComparison.Ordinal);
        }
        return text;
    }

    private static IEnumerable<string> Values(IConfiguration configuration)
    {
        foreach (var key in Keys)
        {
            if (configuration[key] is { } value) yield return value.Trim();
        }
        foreach (var section in configuration.GetSection("ConnectionStrings").GetChildren())
        {
            if (section.Value is { } connection && PasswordOf(connection) is { } password) yield return password;
        }
    }

    private static string? PasswordOf(string connection)
    {
        // Options of StackExchange.Redis are separated by commas, those of Npgsql by semicolons.
        var redis = connection.Split(',').FirstOrDefault(part => part.StartsWith("password=", StringComparison.OrdinalIgnoreCase));
        if (redis is not null && !connection.Contains(';', StringComparison.Ordinal)) return redis["password=".Length..];
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = connection }.TryGetValue("Password", out var value) ? value as string : null;
        }
        catch (ArgumentException)
        {
            // host:port alone is not a list of pairs, and holds no password.
            return null;
        }
    }

    private static IEnumerable<string> Forms(string value)
    {
        yield return value;
        yield return Uri.EscapeDataString(value);
        yield return Convert.ToBase64String(Encoding.UTF8.GetBytes(value)).TrimEnd('=');
        foreach (var line in value.Split('\n').Where(l => l.Length >= 20 && !l.StartsWith("-----", StringComparison.Ordinal))) yield return line.Trim();
    }

    private static string Asterisks(string form) => string.Create(form.Length, form, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = source[i] is '\n' or '\r' ? source[i] : '*';
    });
}
