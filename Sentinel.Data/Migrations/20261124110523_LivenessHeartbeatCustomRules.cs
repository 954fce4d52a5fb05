using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Sentinel.Data.Migrations
{
    /// <inheritdoc />
    public partial class LivenessHeartbeatCustomRules : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "liveness",
                table: "findings",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "liveness_providers",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    host = table.Column<string>(type: "text", nullable: false),
                    request = table.Column<string>(type: "text", nullable: false),
                    documentation = table.Column<string>(type: "text", nullable: false),
                    rule_ids = table.Column<List<string>>(type: "text[]", nullable: false),
                    blocked = table.Column<string>(type: "text", nullable: true),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    changed_by = table.Column<string>(type: "text", nullable: true),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_liveness_providers", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "secret_liveness",
                columns: table => new
                {
                    provider_id = table.Column<string>(type: "text", nullable: false),
                    fingerprint = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: true),
                    evidence = table.Column<string>(type: "text", nullable: true),
                    checked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    next_check_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_live_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    parts_hash = table.Column<string>(type: "text", nullable: true),
                    undecided = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_secret_liveness", x => new { x.provider_id, x.fingerprint });
                });

            migrationBuilder.CreateIndex(
                name: "ix_findings_fingerprint",
                table: "findings",
                column: "fingerprint");

            migrationBuilder.CreateIndex(
                name: "ix_secret_liveness_fingerprint",
                table: "secret_liveness",
                column: "fingerprint");

            migrationBuilder.CreateIndex(
                name: "ix_secret_liveness_next_check_at",
                table: "secret_liveness",
                column: "next_check_at",
                filter: "next_check_at is not null");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "liveness_providers");

            migrationBuilder.DropTable(
                name: "secret_liveness");

            migrationBuilder.DropIndex(
                name: "ix_findings_fingerprint",
                table: "findings");

            migrationBuilder.DropColumn(
                name: "liveness",
                table: "findings");
        }
    }
}
