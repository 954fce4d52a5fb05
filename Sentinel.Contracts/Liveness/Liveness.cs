namespace Sentinel.Contracts.Liveness;

/// <summary>What a provider said of a leaked secret. <see cref="Unknown"/> when it was asked and its answer proves nothing.</summary>
public enum LivenessState { Unknown, Live, Dead }

/// <summary>The newest answer about a finding's secret.</summary>
/// <param name="ProviderId">Which provider is asked, such as <c>github</c>.</param>
/// <param name="Enabled">Whether an administrator lets Sentinel ask this provider.</param>
/// <param name="State">Null when it was not asked yet.</param>
/// <param name="Evidence">The request and what decided, such as <c>GET api.github.com/user answered 401</c>; never the secret. Null when it was not asked yet.</param>
/// <param name="CheckedAt">Null when it was not asked yet.</param>
/// <param name="NextCheckAt">When it is asked again; null for never, as after <see cref="LivenessState.Dead"/>.</param>
public sealed record SecretLiveness(
    string ProviderId, string ProviderName, bool Enabled, LivenessState? State, string? Evidence, DateTimeOffset? CheckedAt, DateTimeOffset? NextCheckAt);

/// <summary>A provider that can be asked whether a leaked secret still works.</summary>
/// <param name="Request">Exactly what is sent, with <c>{secret}</c> where the value goes.</param>
/// <param name="Documentation">The vendor's page that describes the request.</param>
/// <param name="RuleIds">Rules whose secrets are sent to it.</param>
/// <param name="Blocked">Why the workers' configuration forbids it; null when it does not.</param>
/// <param name="ChangedBy">Who switched it last; null when nobody ever did.</param>
/// <param name="Live">Secrets whose newest answer was live.</param>
/// <param name="Dead">Secrets whose newest answer was dead.</param>
/// <param name="Unknown">Secrets whose newest answer proved nothing.</param>
public sealed record LivenessProvider(
    string Id, string Name, string Host, string Request, string Documentation, IReadOnlyList<string> RuleIds, bool Enabled, string? Blocked,
    string? ChangedBy, DateTimeOffset? ChangedAt, int Live, int Dead, int Unknown);

/// <summary>Body of <c>POST /api/v1/liveness/{id}</c>.</summary>
public sealed record SwitchLivenessRequest(bool Enabled);
