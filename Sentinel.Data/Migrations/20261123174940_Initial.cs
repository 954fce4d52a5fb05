using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Sentinel.Data.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "access_tokens",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    owner = table.Column<string>(type: "text", nullable: false),
                    role = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_access_tokens", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "audit_log",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    subject_type = table.Column<string>(type: "text", nullable: false),
                    subject_id = table.Column<string>(type: "text", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: true),
                    detail = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_log", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "file_analyses",
                columns: table => new
                {
                    key = table.Column<byte[]>(type: "bytea", nullable: false),
                    analyzer_id = table.Column<string>(type: "text", nullable: false),
                    rule_pack_hash = table.Column<string>(type: "text", nullable: false),
                    result = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_file_analyses", x => x.key);
                });

            migrationBuilder.CreateTable(
                name: "outbox_messages",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    aggregate_key = table.Column<string>(type: "text", nullable: false),
                    idempotency_key = table.Column<string>(type: "text", nullable: false),
                    repository_id = table.Column<Guid>(type: "uuid", nullable: true),
                    payload = table.Column<string>(type: "jsonb", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    processed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_error = table.Column<string>(type: "text", nullable: true),
                    request_id = table.Column<string>(type: "text", nullable: true),
                    trace_parent = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outbox_messages", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "repositories",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    git_hub_id = table.Column<long>(type: "bigint", nullable: true),
                    installation_id = table.Column<long>(type: "bigint", nullable: true),
                    full_name = table.Column<string>(type: "text", nullable: false),
                    clone_url = table.Column<string>(type: "text", nullable: false),
                    default_branch = table.Column<string>(type: "text", nullable: true),
                    @private = table.Column<bool>(name: "private", type: "boolean", nullable: false),
                    archived = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_scan_id = table.Column<Guid>(type: "uuid", nullable: true),
                    last_scanned_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    head_commit = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_repositories", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "settings",
                columns: table => new
                {
                    key = table.Column<string>(type: "text", nullable: false),
                    value = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_settings", x => x.key);
                });

            migrationBuilder.CreateTable(
                name: "deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    delivery_id = table.Column<string>(type: "text", nullable: false),
                    @event = table.Column<string>(name: "event", type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: true),
                    repository_id = table.Column<Guid>(type: "uuid", nullable: true),
                    installation_id = table.Column<long>(type: "bigint", nullable: true),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    trace_parent = table.Column<string>(type: "text", nullable: true),
                    payload = table.Column<byte[]>(type: "bytea", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    outcome = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deliveries", x => x.id);
                    table.ForeignKey(
                        name: "fk_deliveries_repositories_repository_id",
                        column: x => x.repository_id,
                        principalTable: "repositories",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                });

            migrationBuilder.CreateTable(
                name: "findings",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    fingerprint = table.Column<string>(type: "text", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    rule_id = table.Column<string>(type: "text", nullable: false),
                    analyzer_ids = table.Column<List<string>>(type: "text[]", nullable: false),
                    category = table.Column<string>(type: "text", nullable: false),
                    severity = table.Column<string>(type: "text", nullable: false),
                    severity_rank = table.Column<short>(type: "smallint", nullable: false, computedColumnSql: "(case severity when 'Critical' then 4 when 'High' then 3 when 'Medium' then 2 when 'Low' then 1 else 0 end)::smallint", stored: true),
                    confidence = table.Column<string>(type: "text", nullable: false),
                    cwe = table.Column<int>(type: "integer", nullable: true),
                    title = table.Column<string>(type: "text", nullable: false),
                    message = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    path = table.Column<string>(type: "text", nullable: false),
                    start_line = table.Column<int>(type: "integer", nullable: false),
                    start_column = table.Column<int>(type: "integer", nullable: false),
                    end_line = table.Column<int>(type: "integer", nullable: false),
                    end_column = table.Column<int>(type: "integer", nullable: false),
                    snippet = table.Column<string>(type: "text", nullable: false),
                    snippet_start_line = table.Column<int>(type: "integer", nullable: false),
                    masked_preview = table.Column<string>(type: "text", nullable: true),
                    first_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    closed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    first_commit = table.Column<string>(type: "text", nullable: true),
                    last_scan_id = table.Column<Guid>(type: "uuid", nullable: false),
                    dismiss_reason = table.Column<string>(type: "text", nullable: true),
                    dismiss_justification = table.Column<string>(type: "text", nullable: true),
                    dismissed_by = table.Column<string>(type: "text", nullable: true),
                    dismissed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    dismiss_expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_findings", x => x.id);
                    table.ForeignKey(
                        name: "fk_findings_repositories_repository_id",
                        column: x => x.repository_id,
                        principalTable: "repositories",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "scans",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    delivery_id = table.Column<Guid>(type: "uuid", nullable: true),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    trace_parent = table.Column<string>(type: "text", nullable: true),
                    kind = table.Column<string>(type: "text", nullable: false),
                    lane = table.Column<string>(type: "text", nullable: false),
                    @ref = table.Column<string>(name: "ref", type: "text", nullable: false),
                    commit_sha = table.Column<string>(type: "text", nullable: true),
                    base_sha = table.Column<string>(type: "text", nullable: true),
                    before_sha = table.Column<string>(type: "text", nullable: true),
                    pull_request_number = table.Column<int>(type: "integer", nullable: true),
                    status = table.Column<string>(type: "text", nullable: false),
                    superseded_by_id = table.Column<Guid>(type: "uuid", nullable: true),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    not_before = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    lease_token = table.Column<Guid>(type: "uuid", nullable: true),
                    lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    worker_id = table.Column<string>(type: "text", nullable: true),
                    queued_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error_code = table.Column<string>(type: "text", nullable: true),
                    error_detail = table.Column<string>(type: "text", nullable: true),
                    phase = table.Column<string>(type: "text", nullable: false),
                    files_done = table.Column<int>(type: "integer", nullable: false),
                    files_total = table.Column<int>(type: "integer", nullable: false),
                    files_skipped = table.Column<int>(type: "integer", nullable: false),
                    bytes_scanned = table.Column<long>(type: "bigint", nullable: false),
                    cache_hits = table.Column<int>(type: "integer", nullable: false),
                    findings_opened = table.Column<int>(type: "integer", nullable: false),
                    findings_closed = table.Column<int>(type: "integer", nullable: false),
                    findings_total = table.Column<int>(type: "integer", nullable: false),
                    rule_pack_hash = table.Column<string>(type: "text", nullable: true),
                    report = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_scans", x => x.id);
                    table.ForeignKey(
                        name: "fk_scans_deliveries_delivery_id",
                        column: x => x.delivery_id,
                        principalTable: "deliveries",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                    table.ForeignKey(
                        name: "fk_scans_repositories_repository_id",
                        column: x => x.repository_id,
                        principalTable: "repositories",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "explanations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    finding_id = table.Column<Guid>(type: "uuid", nullable: false),
                    content_hash = table.Column<string>(type: "text", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    model = table.Column<string>(type: "text", nullable: true),
                    summary = table.Column<string>(type: "text", nullable: false),
                    impact = table.Column<string>(type: "text", nullable: false),
                    remediation = table.Column<string>(type: "text", nullable: false),
                    claims = table.Column<string>(type: "jsonb", nullable: false),
                    dropped_claims = table.Column<int>(type: "integer", nullable: false),
                    input_tokens = table.Column<int>(type: "integer", nullable: false),
                    output_tokens = table.Column<int>(type: "integer", nullable: false),
                    cost_usd = table.Column<decimal>(type: "numeric(12,6)", precision: 12, scale: 6, nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_explanations", x => x.id);
                    table.ForeignKey(
                        name: "fk_explanations_findings_finding_id",
                        column: x => x.finding_id,
                        principalTable: "findings",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "finding_events",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    finding_id = table.Column<Guid>(type: "uuid", nullable: false),
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    from_state = table.Column<string>(type: "text", nullable: true),
                    to_state = table.Column<string>(type: "text", nullable: false),
                    cause = table.Column<string>(type: "text", nullable: false),
                    commit_sha = table.Column<string>(type: "text", nullable: true),
                    @ref = table.Column<string>(name: "ref", type: "text", nullable: true),
                    scan_id = table.Column<Guid>(type: "uuid", nullable: true),
                    request_id = table.Column<string>(type: "text", nullable: true),
                    actor = table.Column<string>(type: "text", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_finding_events", x => x.id);
                    table.ForeignKey(
                        name: "fk_finding_events_findings_finding_id",
                        column: x => x.finding_id,
                        principalTable: "findings",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "finding_instances",
                columns: table => new
                {
                    finding_id = table.Column<Guid>(type: "uuid", nullable: false),
                    @ref = table.Column<string>(name: "ref", type: "text", nullable: false),
                    repository_id = table.Column<Guid>(type: "uuid", nullable: false),
                    path = table.Column<string>(type: "text", nullable: false),
                    start_line = table.Column<int>(type: "integer", nullable: false),
                    start_column = table.Column<int>(type: "integer", nullable: false),
                    end_line = table.Column<int>(type: "integer", nullable: false),
                    end_column = table.Column<int>(type: "integer", nullable: false),
                    blob_sha = table.Column<string>(type: "text", nullable: false),
                    commit_sha = table.Column<string>(type: "text", nullable: false),
                    scan_id = table.Column<Guid>(type: "uuid", nullable: false),
                    present = table.Column<bool>(type: "boolean", nullable: false),
                    places = table.Column<string>(type: "jsonb", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_finding_instances", x => new { x.finding_id, x.@ref });
                    table.ForeignKey(
                        name: "fk_finding_instances_findings_finding_id",
                        column: x => x.finding_id,
                        principalTable: "findings",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_access_tokens_hash",
                table: "access_tokens",
                column: "hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_access_tokens_owner_id",
                table: "access_tokens",
                columns: new[] { "owner", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_log_request_id",
                table: "audit_log",
                column: "request_id");

            migrationBuilder.CreateIndex(
                name: "ix_audit_log_subject_type_subject_id",
                table: "audit_log",
                columns: new[] { "subject_type", "subject_id" });

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_delivery_id",
                table: "deliveries",
                column: "delivery_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_received_at",
                table: "deliveries",
                column: "received_at");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_repository_id",
                table: "deliveries",
                column: "repository_id");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_request_id",
                table: "deliveries",
                column: "request_id");

            migrationBuilder.CreateIndex(
                name: "ix_explanations_finding_id_id",
                table: "explanations",
                columns: new[] { "finding_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_explanations_request_id",
                table: "explanations",
                column: "request_id");

            migrationBuilder.CreateIndex(
                name: "ix_file_analyses_last_used_at",
                table: "file_analyses",
                column: "last_used_at");

            migrationBuilder.CreateIndex(
                name: "ix_finding_events_at",
                table: "finding_events",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_finding_events_finding_id_id",
                table: "finding_events",
                columns: new[] { "finding_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_finding_events_repository_id_id",
                table: "finding_events",
                columns: new[] { "repository_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_finding_events_request_id",
                table: "finding_events",
                column: "request_id");

            migrationBuilder.CreateIndex(
                name: "ix_finding_events_scan_id",
                table: "finding_events",
                column: "scan_id");

            migrationBuilder.CreateIndex(
                name: "ix_finding_instances_repository_id_ref",
                table: "finding_instances",
                columns: new[] { "repository_id", "ref" },
                filter: "present");

            migrationBuilder.CreateIndex(
                name: "ix_findings_category_severity_rank_id",
                table: "findings",
                columns: new[] { "category", "severity_rank", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_findings_closed_at",
                table: "findings",
                column: "closed_at");

            migrationBuilder.CreateIndex(
                name: "ix_findings_dismiss_expires_at",
                table: "findings",
                column: "dismiss_expires_at",
                filter: "dismiss_expires_at is not null");

            migrationBuilder.CreateIndex(
                name: "ix_findings_first_seen_at",
                table: "findings",
                column: "first_seen_at");

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

            migrationBuilder.CreateIndex(
                name: "ix_findings_repository_id_fingerprint_ordinal",
                table: "findings",
                columns: new[] { "repository_id", "fingerprint", "ordinal" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_findings_rule_id_severity_rank_id",
                table: "findings",
                columns: new[] { "rule_id", "severity_rank", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_findings_state_severity_rank_id",
                table: "findings",
                columns: new[] { "state", "severity_rank", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_outbox_messages_idempotency_key",
                table: "outbox_messages",
                column: "idempotency_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_outbox_messages_next_attempt_at",
                table: "outbox_messages",
                column: "next_attempt_at",
                filter: "status = 'Pending'");

            migrationBuilder.CreateIndex(
                name: "ix_outbox_messages_request_id",
                table: "outbox_messages",
                column: "request_id");

            migrationBuilder.CreateIndex(
                name: "ix_repositories_clone_url",
                table: "repositories",
                column: "clone_url",
                unique: true,
                filter: "git_hub_id is null");

            migrationBuilder.CreateIndex(
                name: "ix_repositories_full_name_id",
                table: "repositories",
                columns: new[] { "full_name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_repositories_git_hub_id",
                table: "repositories",
                column: "git_hub_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_repositories_last_scanned_at",
                table: "repositories",
                column: "last_scanned_at");

            migrationBuilder.CreateIndex(
                name: "ix_scans_active",
                table: "scans",
                columns: new[] { "repository_id", "ref" },
                filter: "status in ('Queued', 'Running')");

            migrationBuilder.CreateIndex(
                name: "ix_scans_completed_at",
                table: "scans",
                column: "completed_at");

            migrationBuilder.CreateIndex(
                name: "ix_scans_delivery_id",
                table: "scans",
                column: "delivery_id");

            migrationBuilder.CreateIndex(
                name: "ix_scans_leased",
                table: "scans",
                column: "lease_until",
                filter: "status = 'Running'");

            migrationBuilder.CreateIndex(
                name: "ix_scans_repository_id_id",
                table: "scans",
                columns: new[] { "repository_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_scans_request_id",
                table: "scans",
                column: "request_id");

            migrationBuilder.CreateIndex(
                name: "ix_scans_status_id",
                table: "scans",
                columns: new[] { "status", "id" });
            migrationBuilder.Sql("""
                create function audit_log_is_append_only() returns trigger language plpgsql as $$
                begin
                  raise exception 'audit_log is append-only';
                end $$;
                create trigger audit_log_append_only before update or delete or truncate on audit_log
                  for each statement execute function audit_log_is_append_only();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "access_tokens");

            migrationBuilder.DropTable(
                name: "audit_log");

            migrationBuilder.Sql("drop function audit_log_is_append_only();");

            migrationBuilder.DropTable(
                name: "explanations");

            migrationBuilder.DropTable(
                name: "file_analyses");

            migrationBuilder.DropTable(
                name: "finding_events");

            migrationBuilder.DropTable(
                name: "finding_instances");

            migrationBuilder.DropTable(
                name: "outbox_messages");

            migrationBuilder.DropTable(
                name: "scans");

            migrationBuilder.DropTable(
                name: "settings");

            migrationBuilder.DropTable(
                name: "findings");

            migrationBuilder.DropTable(
                name: "deliveries");

            migrationBuilder.DropTable(
                name: "repositories");
        }
    }
}
