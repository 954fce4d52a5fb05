using System.Text.Json;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>The few fields that all payloads share, read without knowing the event.</summary>
internal readonly record struct PayloadEnvelope(string? Action, long? RepositoryId, long? InstallationId)
{
    private const int MaxAction = 100;

    /// <summary>Reads, and so checks, the whole document.</summary>
    /// <exception cref="JsonException">The body is not one JSON object.</exception>
    public static PayloadEnvelope Read(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject) throw new JsonException("The body is not a JSON object.");
        string? action = null;
        long? repository = null, installation = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isAction = reader.ValueTextEquals("action"u8);
            var isRepository = reader.ValueTextEquals("repository"u8);
            var isInstallation = reader.ValueTextEquals("installation"u8);
            if (!reader.Read()) break;
            if (isAction && reader.TokenType is JsonTokenType.String) action = SafeAction(reader.GetString()!);
            else if (isRepository) repository = ReadId(ref reader) ?? repository;
            else if (isInstallation) installation = ReadId(ref reader) ?? installation;
            else reader.Skip();
        }

        // Anything after the object is refused by the reader itself.
        while (reader.Read()) { }
        return new PayloadEnvelope(action, repository, installation);
    }

    public DeliveryPlan Record(PlanOutcome outcome, string detail) => new()
    {
        Outcome = outcome,
        Action = Action,
        RepositoryId = RepositoryId,
        InstallationId = InstallationId,
        Detail = detail,
    };

    private static long? ReadId(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        long? id = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            if (!reader.Read()) break;
            if (isId && reader.TokenType is JsonTokenType.Number && reader.TryGetInt64(out var value)) id = value;
            else reader.Skip();
        }

        return id;
    }

    // The action is shown to people and stored as text, where Postgres has no NUL.
    private static string? SafeAction(string action) => action.Length <= MaxAction && !action.Any(char.IsControl) ? action : null;
}
