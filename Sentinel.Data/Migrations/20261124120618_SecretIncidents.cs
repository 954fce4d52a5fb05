using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Sentinel.Data.Migrations
{
    /// <inheritdoc />
    public partial class SecretIncidents : Migration
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
                name: "scan_baselines",
                columns: table => new
                {
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    @ref = table.Column<string>(name: "ref", type: "text", nullable: false),
                    scan_id = table.Column<Guid>(type: "uuid", nullable: false),
                    commit_sha = table.Column<string>(type: "text", nullable: false),
                    basis = table.Column<string>(type: "text", nullable: false),
                    files = table.Column<int>(type: "integer", nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false),
                    skipped = table.Column<int>(type: "integer", nullable: false),
                    plugins = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_scan_baselines", x => new { x.repository_id, x.@ref });
                    table.ForeignKey(
                        name: "fk_scan_baselines_repositories_repository_id",
                        column: x => x.repository_id,
                        principalTable: "repositories",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

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
                name: "scan_gaps",
                columns: table => new
                {
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    @ref = table.Column<string>(name: "ref", type: "text", nullable: false),
                    path_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    plugin_id = table.Column<string>(type: "text", nullable: false),
                    path = table.Column<string>(type: "text", nullable: false),
                    blob_sha = table.Column<string>(type: "text", nullable: false),
                    length = table.Column<long>(type: "bigint", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    retry = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_scan_gaps", x => new { x.repository_id, x.@ref, x.path_hash, x.plugin_id });
                    table.ForeignKey(
                        name: "fk_scan_gaps_scan_baselines_repository_id_ref",
                        columns: x => new { x.repository_id, x.@ref },
                        principalTable: "scan_baselines",
                        principalColumns: new[] { "repository_id", "ref" },
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
                name: "ix_scans_superseded_by_id",
                table: "scans",
                column: "superseded_by_id",
                filter: "superseded_by_id is not null");

            migrationBuilder.CreateIndex(
                name: "ix_findings_fingerprint",
                table: "findings",
                column: "fingerprint");

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

            migrationBuilder.CreateIndex(
                name: "ix_scan_gaps_retry",
                table: "scan_gaps",
                columns: new[] { "repository_id", "ref" },
                filter: "retry");

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
                name: "custom_rule_dry_runs");

            migrationBuilder.DropTable(
                name: "heartbeat_rules");

            migrationBuilder.DropTable(
                name: "heartbeat_runs");

            migrationBuilder.DropTable(
                name: "liveness_providers");

            migrationBuilder.DropTable(
                name: "scan_gaps");

            migrationBuilder.DropTable(
                name: "secret_commits");

            migrationBuilder.DropTable(
                name: "secret_exposures");

            migrationBuilder.DropTable(
                name: "secret_liveness");

            migrationBuilder.DropTable(
                name: "custom_rule_versions");

            migrationBuilder.DropTable(
                name: "scan_baselines");

            migrationBuilder.DropTable(
                name: "custom_rules");

            migrationBuilder.DropIndex(
                name: "ix_scans_superseded_by_id",
                table: "scans");

            migrationBuilder.DropIndex(
                name: "ix_findings_fingerprint",
                table: "findings");

            migrationBuilder.DropIndex(
                name: "ix_findings_open",
                table: "findings");

            migrationBuilder.DropIndex(
                name: "ix_findings_open_repository",
                table: "findings");

            migrationBuilder.DropColumn(
                name: "liveness",
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
