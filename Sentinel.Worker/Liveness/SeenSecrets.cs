using System.Collections.Concurrent;
using Sentinel.Scanning;

namespace Sentinel.Worker.Liveness;

/// <summary>Keeps, for the time of one scan or one re-reading, the raw values whose providers may be asked.</summary>
/// <param name="wanted">Ids of the rules.</param>
internal sealed class SeenSecrets(IReadOnlySet<string> wanted) : ISecretObserver
{
    // A hostile repository can hold very many; those beyond are asked about on the schedule.
    private const int Most = 200;

    private readonly ConcurrentDictionary<string, LeakedValue> _values = new(StringComparer.Ordinal);

    /// <summary>By fingerprint.</summary>
    public IReadOnlyDictionary<string, LeakedValue> Values => _values;

    public void Seen(Finding finding, string value, IReadOnlyList<KeyValuePair<string, string>> parts)
    {
        if (finding.Suppression is not null || !wanted.Contains(finding.RuleId) || _values.Count >= Most) return;
        var seen = new LeakedValue(finding.FingerprintHash, finding.RuleId, value, parts);
        // Of two places the one that holds more of what belongs to the secret.
        _values.AddOrUpdate(finding.FingerprintHash, seen, (_, known) => parts.Count > 0 && known.Part(parts[0].Key) is null ? seen : known);
    }
}
