using Sentinel.Data;
using Sentinel.Data.Findings;

namespace Sentinel.Worker.Liveness;

/// <summary>What a provider's answer does to a finding whose row is locked by the caller, inside the caller's transaction.</summary>
internal interface ISecretRotation
{
    /// <summary>The value opens nothing: an open or removed finding is fixed.</summary>
    Task ProveDeadAsync(SentinelDbContext database, Finding finding, string evidence, CancellationToken cancellationToken);

    /// <summary>The value works: a finding that counted as rotated is opened again.</summary>
    Task ProveLiveAsync(SentinelDbContext database, Finding finding, string evidence, CancellationToken cancellationToken);
}
