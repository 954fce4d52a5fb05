using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Liveness;
using Sentinel.Data;
using Finding = Sentinel.Data.Findings.Finding;

namespace Sentinel.Api.Liveness;

/// <summary>What providers said.</summary>
internal static class LivenessQueries
{
    /// <summary>Null for what is no secret, or a secret whose provider cannot be asked.</summary>
    public static async Task<SecretLiveness?> OfAsync(SentinelDbContext db, Finding finding, CancellationToken cancellationToken)
    {
        if (finding.Category is not FindingCategory.Secret) return null;
        if (await db.LivenessProviders.AsNoTracking().FirstOrDefaultAsync(row => row.RuleIds.Contains(finding.RuleId), cancellationToken) is not { } provider) return null;
        var known = await db.SecretLiveness.AsNoTracking()
            .SingleOrDefaultAsync(row => row.ProviderId == provider.Id && row.Fingerprint == finding.Fingerprint, cancellationToken);
        return new SecretLiveness(
            provider.Id, provider.Name, provider.Enabled && provider.Blocked is null, known?.State, known?.Evidence, known?.CheckedAt,
            known?.State is null ? null : known.NextCheckAt);
    }
}
