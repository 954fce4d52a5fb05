using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Sentinel.Data.Migrations
{
    /// <inheritdoc />
    public partial class CommentNoise : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "minimum_acted_on",
                table: "repositories",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "standing",
                table: "pull_request_findings",
                type: "boolean",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "rule_comment_settings",
                columns: table => new
                {
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    rule_id = table.Column<string>(type: "text", nullable: false),
                    changed_by = table.Column<string>(type: "text", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rule_comment_settings", x => new { x.repository_id, x.rule_id });
                    table.ForeignKey(
                        name: "fk_rule_comment_settings_repositories_repository_id",
                        column: x => x.repository_id,
                        principalTable: "repositories",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "rule_comment_settings");

            migrationBuilder.DropColumn(
                name: "minimum_acted_on",
                table: "repositories");

            migrationBuilder.DropColumn(
                name: "standing",
                table: "pull_request_findings");
        }
    }
}
