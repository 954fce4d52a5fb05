using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.Heartbeat;

/// <summary>How a rule fared in its last beats.</summary>
public sealed class HeartbeatRule
{
    /// <summary>Beats that <see cref="Recent"/> remembers.</summary>
    public const int Remembered = 24;

    public required string RuleId { get; init; }

    /// <summary>When it was last asked for, whether or not a worker has answered.</summary>
    public required DateTimeOffset LastAskedAt { get; set; }

    public DateTimeOffset? LastTriedAt { get; set; }

    public DateTimeOffset? LastFoundAt { get; set; }

    /// <summary>Newest first: <c>1</c> found, <c>0</c> missed; empty when it was never tried.</summary>
    public string Recent { get; set; } = "";

    /// <summary>Adds the outcome of a beat.</summary>
    public void Add(bool found, DateTimeOffset at)
    {
        LastTriedAt = at;
        if (found) LastFoundAt = at;
        var all = (found ? "1" : "0") + Recent;
        Recent = all[..Math.Min(all.Length, Remembered)];
    }
}

internal sealed class HeartbeatRuleConfiguration : IEntityTypeConfiguration<HeartbeatRule>
{
    public void Configure(EntityTypeBuilder<HeartbeatRule> builder)
    {
        builder.ToTable("heartbeat_rules");
        builder.HasKey(r => r.RuleId);
        builder.Property(r => r.RuleId).ValueGeneratedNever();
    }
}
