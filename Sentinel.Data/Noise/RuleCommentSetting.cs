using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Data.Repositories;

namespace Sentinel.Data.Noise;

/// <summary>A person decided that a rule always comments in a repository, however rarely it is acted on there. Without a row the figures decide.</summary>
public sealed class RuleCommentSetting
{
    public required Guid RepositoryId { get; init; }

    public required string RuleId { get; init; }

    public required string ChangedBy { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }
}

internal sealed class RuleCommentSettingConfiguration : IEntityTypeConfiguration<RuleCommentSetting>
{
    public void Configure(EntityTypeBuilder<RuleCommentSetting> builder)
    {
        builder.ToTable("rule_comment_settings");
        builder.HasKey(s => new { s.RepositoryId, s.RuleId });
        builder.HasOne<Repository>().WithMany().HasForeignKey(s => s.RepositoryId).OnDelete(DeleteBehavior.Cascade);
    }
}
