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
                name: "custom_rules",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    active_version = table.Column<int>(type: "integer", nullable: true),
                    latest_version = table.Column<int>(type: "integer", nullable: false),
                    changed_by = table.Column<string>(type: "text", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_custom_rules", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "heartbeat_rules",
                columns: table => new
                {
                    rule_id = table.Column<string>(type: "text", nullable: false),
                    last_asked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_tried_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_found_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    recent = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_heartbeat_rules", x => x.rule_id);
                });

            migrationBuilder.CreateTable(
                name: "heartbeat_runs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    scan_id = table.Column<Guid>(type: "uuid", nullable: false),
                    queued_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    rule_ids = table.Column<List<string>>(type: "text[]", nullable: false),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    tried = table.Column<int>(type: "integer", nullable: false),
                    found = table.Column<int>(type: "integer", nullable: false),
                    missed = table.Column<List<string>>(type: "text[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_heartbeat_runs", x => x.id);
                    table.ForeignKey(
                        name: "fk_heartbeat_runs_scans_scan_id",
                        column: x => x.scan_id,
                        principalTable: "scans",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

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

            migrationBuilder.CreateTable(
                name: "custom_rule_versions",
                columns: table => new
                {
                    rule_id = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    definition = table.Column<string>(type: "jsonb", nullable: false),
                    created_by = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    activated_by = table.Column<string>(type: "text", nullable: true),
                    activated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_custom_rule_versions", x => new { x.rule_id, x.version });
                    table.ForeignKey(
                        name: "fk_custom_rule_versions_custom_rules_rule_id",
                        column: x => x.rule_id,
                        principalTable: "custom_rules",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "custom_rule_dry_runs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    rule_id = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    against = table.Column<int>(type: "integer", nullable: true),
                    requested_by = table.Column<string>(type: "text", nullable: false),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    repositories_total = table.Column<int>(type: "integer", nullable: false),
                    repositories_done = table.Column<int>(type: "integer", nullable: false),
                    files = table.Column<int>(type: "integer", nullable: false),
                    added = table.Column<int>(type: "integer", nullable: false),
                    removed = table.Column<int>(type: "integer", nullable: false),
                    repositories = table.Column<string>(type: "jsonb", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_custom_rule_dry_runs", x => x.id);
                    table.ForeignKey(
                        name: "fk_custom_rule_dry_runs_custom_rule_versions_rule_id_version",
                        columns: x => new { x.rule_id, x.version },
                        principalTable: "custom_rule_versions",
                        principalColumns: new[] { "rule_id", "version" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_findings_fingerprint",
                table: "findings",
                column: "fingerprint");

            migrationBuilder.CreateIndex(
                name: "ix_custom_rule_dry_runs_rule_id_version",
                table: "custom_rule_dry_runs",
                columns: new[] { "rule_id", "version" });

            migrationBuilder.CreateIndex(
                name: "ix_custom_rule_dry_runs_waiting",
                table: "custom_rule_dry_runs",
                column: "requested_at",
                filter: "status in ('Queued', 'Running')");

            migrationBuilder.CreateIndex(
                name: "ix_heartbeat_runs_completed_at",
                table: "heartbeat_runs",
                column: "completed_at");

            migrationBuilder.CreateIndex(
                name: "ix_heartbeat_runs_queued_at",
                table: "heartbeat_runs",
                column: "queued_at");

            migrationBuilder.CreateIndex(
                name: "ix_heartbeat_runs_scan_id",
                table: "heartbeat_runs",
                column: "scan_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "custom_rule_dry_runs");

            migrationBuilder.DropTable(
                name: "heartbeat_rules");

            migrationBuilder.DropTable(
                name: "heartbeat_runs");

            migrationBuilder.DropTable(
                name: "liveness_providers");

            migrationBuilder.DropTable(
                name: "secret_liveness");

            migrationBuilder.DropTable(
                name: "custom_rule_versions");

            migrationBuilder.DropTable(
                name: "custom_rules");

            migrationBuilder.DropIndex(
                name: "ix_findings_fingerprint",
                table: "findings");

            migrationBuilder.DropColumn(
                name: "liveness",
                table: "findings");
        }
    }
}
