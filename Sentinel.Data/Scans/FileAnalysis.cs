using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.Scans;

/// <summary>What one analyzer found in one content: a cache entry addressed by what the result depends on.</summary>
public sealed class FileAnalysis
{
    /// <summary>32 bytes: SHA-256 over blob id, path class, analyzer id, its version and the rule-pack hash.</summary>
    public required byte[] Key { get; init; }

    public required string AnalyzerId { get; init; }

    public required string RulePackHash { get; init; }

    /// <summary>Compressed findings; empty when the content is clean.</summary>
    public required byte[] Result { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastUsedAt { get; set; }
}

internal sealed class FileAnalysisConfiguration : IEntityTypeConfiguration<FileAnalysis>
{
    public void Configure(EntityTypeBuilder<FileAnalysis> builder)
    {
        builder.ToTable("file_analyses");
        builder.HasKey(a => a.Key);
        builder.HasIndex(a => a.LastUsedAt);
    }
}
