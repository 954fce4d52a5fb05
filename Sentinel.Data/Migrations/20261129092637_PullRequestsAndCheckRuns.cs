using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Sentinel.Data.Migrations
{
    /// <inheritdoc />
    public partial class PullRequestsAndCheckRuns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "check_runs",
                columns: table => new
                {
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    head_sha = table.Column<string>(type: "text", nullable: false),
                    scan_id = table.Column<Guid>(type: "uuid", nullable: false),
                    git_hub_id = table.Column<long>(type: "bigint", nullable: false),
                    html_url = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    conclusion = table.Column<string>(type: "text", nullable: true),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_check_runs", x => new { x.repository_id, x.head_sha });
                    table.ForeignKey(
                        name: "fk_check_runs_repositories_repository_id",
                        column: x => x.repository_id,
                        principalTable: "repositories",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pull_requests",
                columns: table => new
                {
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    head_sha = table.Column<string>(type: "text", nullable: false),
                    head_ref = table.Column<string>(type: "text", nullable: false),
                    base_sha = table.Column<string>(type: "text", nullable: false),
                    base_ref = table.Column<string>(type: "text", nullable: false),
                    draft = table.Column<bool>(type: "boolean", nullable: false),
                    from_fork = table.Column<bool>(type: "boolean", nullable: false),
                    author_login = table.Column<string>(type: "text", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pull_requests", x => new { x.repository_id, x.number });
                    table.ForeignKey(
                        name: "fk_pull_requests_repositories_repository_id",
                        column: x => x.repository_id,
                        principalTable: "repositories",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "scan_snapshots",
                columns: table => new
                {
                    scan_id = table.Column<Guid>(type: "uuid", nullable: false),
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    @ref = table.Column<string>(name: "ref", type: "text", nullable: false),
                    commit_sha = table.Column<string>(type: "text", nullable: false),
                    rule_pack_hash = table.Column<string>(type: "text", nullable: true),
                    merge_base_sha = table.Column<string>(type: "text", nullable: true),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    findings = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_scan_snapshots", x => x.scan_id);
                    table.ForeignKey(
                        name: "fk_scan_snapshots_scans_scan_id",
                        column: x => x.scan_id,
                        principalTable: "scans",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_scans_repository_id_commit_sha",
                table: "scans",
                columns: new[] { "repository_id", "commit_sha" });

            migrationBuilder.CreateIndex(
                name: "ix_outbox_messages_pending",
                table: "outbox_messages",
                columns: new[] { "kind", "aggregate_key", "id" },
                filter: "status = 'Pending'");

            migrationBuilder.CreateIndex(
                name: "ix_pull_requests_repository_id_head_sha",
                table: "pull_requests",
                columns: new[] { "repository_id", "head_sha" });

            migrationBuilder.CreateIndex(
                name: "ix_scan_snapshots_repository_id_commit_sha",
                table: "scan_snapshots",
                columns: new[] { "repository_id", "commit_sha" });

            migrationBuilder.CreateIndex(
                name: "ix_scan_snapshots_repository_id_ref_completed_at",
                table: "scan_snapshots",
                columns: new[] { "repository_id", "ref", "completed_at" });
            migrationBuilder.Sql(Feedback.ScanFeedback.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(Feedback.ScanFeedback.Drop);
            migrationBuilder.DropTable(
                name: "check_runs");

            migrationBuilder.DropTable(
                name: "pull_requests");

            migrationBuilder.DropTable(
                name: "scan_snapshots");

            migrationBuilder.DropIndex(
                name: "ix_scans_repository_id_commit_sha",
                table: "scans");

            migrationBuilder.DropIndex(
                name: "ix_outbox_messages_pending",
                table: "outbox_messages");
        }
    }
}
