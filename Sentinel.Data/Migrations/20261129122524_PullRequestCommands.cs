using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Sentinel.Data.Migrations
{
    /// <inheritdoc />
    public partial class PullRequestCommands : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "pull_request_commands",
                columns: table => new
                {
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    comment_kind = table.Column<string>(type: "text", nullable: false),
                    comment_id = table.Column<long>(type: "bigint", nullable: false),
                    pull_request_number = table.Column<int>(type: "integer", nullable: false),
                    author_id = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    before = table.Column<int>(type: "integer", nullable: false),
                    outcome = table.Column<string>(type: "text", nullable: true),
                    answer = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pull_request_commands", x => new { x.repository_id, x.comment_kind, x.comment_id });
                    table.ForeignKey(
                        name: "fk_pull_request_commands_pull_requests_repository_id_pull_requ",
                        columns: x => new { x.repository_id, x.pull_request_number },
                        principalTable: "pull_requests",
                        principalColumns: new[] { "repository_id", "number" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pull_request_findings",
                columns: table => new
                {
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    pull_request_number = table.Column<int>(type: "integer", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    finding_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pull_request_findings", x => new { x.repository_id, x.pull_request_number, x.number });
                    table.ForeignKey(
                        name: "fk_pull_request_findings_pull_requests_repository_id_pull_requ",
                        columns: x => new { x.repository_id, x.pull_request_number },
                        principalTable: "pull_requests",
                        principalColumns: new[] { "repository_id", "number" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_pull_request_commands_repository_id_pull_request_number_aut",
                table: "pull_request_commands",
                columns: new[] { "repository_id", "pull_request_number", "author_id", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_pull_request_findings_repository_id_pull_request_number_fin",
                table: "pull_request_findings",
                columns: new[] { "repository_id", "pull_request_number", "finding_id" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "pull_request_commands");

            migrationBuilder.DropTable(
                name: "pull_request_findings");
        }
    }
}
