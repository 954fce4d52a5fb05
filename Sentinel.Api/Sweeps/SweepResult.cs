namespace Sentinel.Api.Sweeps;

/// <summary>What a sweep did; see <see cref="Sentinel.Data.Sweeps.Sweep"/>.</summary>
internal sealed record SweepResult(int Looked, int Repaired, int GivenUp, string? Error = null);
