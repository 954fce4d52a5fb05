using System.Collections.Frozen;
using Npgsql;

namespace Sentinel.Api.Webhooks;

/// <summary>Events after which people may see other repositories than before: GitHub is asked again when each next comes by.</summary>
/// <remarks>https://docs.github.com/en/webhooks/webhook-events-and-payloads</remarks>
internal static class AccessChanges
{
    public static readonly FrozenSet<string> Events = FrozenSet.ToFrozenSet(
        ["installation", "installation_repositories", "repository", "public", "member", "membership", "organization", "team", "team_add", "github_app_authorization"],
        StringComparer.Ordinal);

    public static async Task NoteAsync(NpgsqlConnection connection, IEnumerable<string> events, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!events.Any(Events.Contains)) return;
        await using var command = new NpgsqlCommand("update people set visibility_due_at = $1 where visibility_due_at > $1", connection);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
