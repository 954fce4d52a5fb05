using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Sentinel.Data.Migrations
{
    /// <inheritdoc />
    public partial class SecretExposures : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_findings_open",
                table: "findings");

            migrationBuilder.DropIndex(
                name: "ix_findings_open_repository",
                table: "findings");

            migrationBuilder.CreateTable(
                name: "secret_commits",
                columns: table => new
                {
                    finding_id = table.Column<Guid>(type: "uuid", nullable: false),
                    commit_sha = table.Column<string>(type: "text", nullable: false),
                    blob_sha = table.Column<string>(type: "text", nullable: false),
                    path = table.Column<string>(type: "text", nullable: false),
                    start_line = table.Column<int>(type: "integer", nullable: false),
                    author_name = table.Column<string>(type: "text", nullable: false),
                    author_email = table.Column<string>(type: "text", nullable: false),
                    authored_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    committed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    pushed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_secret_commits", x => new { x.finding_id, x.commit_sha });
                    table.ForeignKey(
                        name: "fk_secret_commits_findings_finding_id",
                        column: x => x.finding_id,
                        principalTable: "findings",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "secret_exposures",
                columns: table => new
                {
                    finding_id = table.Column<Guid>(type: "uuid", nullable: false),
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    introduced_commit = table.Column<string>(type: "text", nullable: true),
                    author_name = table.Column<string>(type: "text", nullable: true),
                    author_email = table.Column<string>(type: "text", nullable: true),
                    authored_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    committed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    first_pushed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    commits_total = table.Column<int>(type: "integer", nullable: false),
                    refs = table.Column<string>(type: "jsonb", nullable: false),
                    refs_total = table.Column<int>(type: "integer", nullable: false),
                    refs_checked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    refs_stale = table.Column<bool>(type: "boolean", nullable: false),
                    dropped = table.Column<bool>(type: "boolean", nullable: false),
                    still_served = table.Column<bool>(type: "boolean", nullable: true),
                    rotation = table.Column<string>(type: "text", nullable: true),
                    rotated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    rotated_by = table.Column<string>(type: "text", nullable: true),
                    rotation_note = table.Column<string>(type: "text", nullable: true),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_secret_exposures", x => x.finding_id);
                    table.ForeignKey(
                        name: "fk_secret_exposures_findings_finding_id",
                        column: x => x.finding_id,
                        principalTable: "findings",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_findings_open",
                table: "findings",
                columns: new[] { "severity_rank", "id" },
                descending: new bool[0],
                filter: "state in ('Open', 'Reopened', 'Removed')");

            migrationBuilder.CreateIndex(
                name: "ix_findings_open_repository",
                table: "findings",
                columns: new[] { "repository_id", "severity_rank", "id" },
                descending: new[] { false, true, true },
                filter: "state in ('Open', 'Reopened', 'Removed')");

            migrationBuilder.CreateIndex(
                name: "ix_secret_exposures_stale",
                table: "secret_exposures",
                column: "repository_id",
                filter: "refs_stale");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "secret_commits");

            migrationBuilder.DropTable(
                name: "secret_exposures");

            migrationBuilder.DropIndex(
                name: "ix_findings_open",
                table: "findings");

            migrationBuilder.DropIndex(
                name: "ix_findings_open_repository",
                table: "findings");

            migrationBuilder.CreateIndex(
                name: "ix_findings_open",
                table: "findings",
                columns: new[] { "severity_rank", "id" },
                descending: new bool[0],
                filter: "state in ('Open', 'Reopened')");

            migrationBuilder.CreateIndex(
                name: "ix_findings_open_repository",
                table: "findings",
                columns: new[] { "repository_id", "severity_rank", "id" },
                descending: new[] { false, true, true },
                filter: "state in ('Open', 'Reopened')");
        }
    }
}
