using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.Settings;

/// <summary>A value made once for this installation.</summary>
public sealed class Setting
{
    /// <summary>Key of the 32 random bytes with which secrets are hashed into fingerprints.</summary>
    public const string FingerprintKey = "fingerprint-key";

    public required string Key { get; init; }

    public required byte[] Value { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class SettingConfiguration : IEntityTypeConfiguration<Setting>
{
    public void Configure(EntityTypeBuilder<Setting> builder)
    {
        builder.ToTable("settings");
        builder.HasKey(s => s.Key);
    }
}
