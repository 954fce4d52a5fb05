using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Sentinel.Data.Migrations
{
    /// <inheritdoc />
    public partial class SarifImports : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<List<string>>(
                name: "reporters",
                table: "finding_instances",
                type: "text[]",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.CreateTable(
                name: "imported_rules",
                columns: table => new
                {
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    id = table.Column<string>(type: "text", nullable: false),
                    reporter = table.Column<string>(type: "text", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    category = table.Column<string>(type: "text", nullable: false),
                    severity = table.Column<string>(type: "text", nullable: false),
                    confidence = table.Column<string>(type: "text", nullable: false),
                    cwe = table.Column<int>(type: "integer", nullable: true),
                    description = table.Column<string>(type: "text", nullable: false),
                    remediation = table.Column<string>(type: "text", nullable: false),
                    help_uri = table.Column<string>(type: "text", nullable: true),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_imported_rules", x => new { x.repository_id, x.id });
                    table.ForeignKey(
                        name: "fk_imported_rules_repositories_repository_id",
                        column: x => x.repository_id,
                        principalTable: "repositories",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "sarif_imports",
                columns: table => new
                {
                    scan_id = table.Column<Guid>(type: "uuid", nullable: false),
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    reporters = table.Column<string[]>(type: "text[]", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sarif_imports", x => x.scan_id);
                    table.ForeignKey(
                        name: "fk_sarif_imports_scans_scan_id",
                        column: x => x.scan_id,
                        principalTable: "scans",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_imported_rules_id",
                table: "imported_rules",
                column: "id");

            // Until now whoever ever reported a finding was known, and no import.
            migrationBuilder.Sql("update finding_instances i set reporters = f.analyzer_ids from findings f where f.id = i.finding_id and i.present;");

            // Imports leave check runs alone.
            migrationBuilder.Sql(Feedback.ScanFeedback.Drop);
            migrationBuilder.Sql(Feedback.ScanFeedback.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "imported_rules");

            migrationBuilder.DropTable(
                name: "sarif_imports");

            migrationBuilder.DropColumn(
                name: "reporters",
                table: "finding_instances");
        }
    }
}
