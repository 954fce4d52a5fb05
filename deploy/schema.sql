CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    migration_id character varying(150) NOT NULL,
    product_version character varying(32) NOT NULL,
    CONSTRAINT pk___ef_migrations_history PRIMARY KEY (migration_id)
);

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE access_tokens (
        id uuid NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        hash bytea NOT NULL,
        owner text NOT NULL,
        role text NOT NULL,
        created_at timestamp with time zone NOT NULL,
        expires_at timestamp with time zone NOT NULL,
        last_used_at timestamp with time zone,
        revoked_at timestamp with time zone,
        CONSTRAINT pk_access_tokens PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE audit_log (
        id uuid NOT NULL,
        at timestamp with time zone NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        subject_type text NOT NULL,
        subject_id text NOT NULL,
        request_id text,
        detail jsonb,
        CONSTRAINT pk_audit_log PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE file_analyses (
        key bytea NOT NULL,
        analyzer_id text NOT NULL,
        rule_pack_hash text NOT NULL,
        result bytea NOT NULL,
        created_at timestamp with time zone NOT NULL,
        last_used_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_file_analyses PRIMARY KEY (key)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE outbox_messages (
        id uuid NOT NULL,
        kind text NOT NULL,
        aggregate_key text NOT NULL,
        idempotency_key text NOT NULL,
        repository_id uuid,
        payload jsonb NOT NULL,
        status text NOT NULL,
        attempts integer NOT NULL,
        next_attempt_at timestamp with time zone NOT NULL,
        created_at timestamp with time zone NOT NULL,
        processed_at timestamp with time zone,
        last_error text,
        request_id text,
        trace_parent text,
        CONSTRAINT pk_outbox_messages PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE repositories (
        id uuid NOT NULL,
        git_hub_id bigint,
        installation_id bigint,
        full_name text NOT NULL,
        clone_url text NOT NULL,
        default_branch text,
        private boolean NOT NULL,
        archived boolean NOT NULL,
        created_at timestamp with time zone NOT NULL,
        updated_at timestamp with time zone NOT NULL,
        last_scan_id uuid,
        last_scanned_at timestamp with time zone,
        head_commit text,
        CONSTRAINT pk_repositories PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE settings (
        key text NOT NULL,
        value bytea NOT NULL,
        created_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_settings PRIMARY KEY (key)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE deliveries (
        id uuid NOT NULL,
        delivery_id text NOT NULL,
        event text NOT NULL,
        action text,
        repository_id uuid,
        installation_id bigint,
        request_id text NOT NULL,
        trace_parent text,
        payload bytea NOT NULL,
        received_at timestamp with time zone NOT NULL,
        outcome text NOT NULL,
        detail text,
        CONSTRAINT pk_deliveries PRIMARY KEY (id),
        CONSTRAINT fk_deliveries_repositories_repository_id FOREIGN KEY (repository_id) REFERENCES repositories (id) ON DELETE SET NULL
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE findings (
        id uuid NOT NULL,
        repository_id uuid NOT NULL,
        fingerprint text NOT NULL,
        ordinal integer NOT NULL,
        rule_id text NOT NULL,
        analyzer_ids text[] NOT NULL,
        category text NOT NULL,
        severity text NOT NULL,
        severity_rank smallint GENERATED ALWAYS AS ((case severity when 'Critical' then 4 when 'High' then 3 when 'Medium' then 2 when 'Low' then 1 else 0 end)::smallint) STORED NOT NULL,
        confidence text NOT NULL,
        cwe integer,
        title text NOT NULL,
        message text NOT NULL,
        state text NOT NULL,
        path text NOT NULL,
        start_line integer NOT NULL,
        start_column integer NOT NULL,
        end_line integer NOT NULL,
        end_column integer NOT NULL,
        snippet text NOT NULL,
        snippet_start_line integer NOT NULL,
        masked_preview text,
        first_seen_at timestamp with time zone NOT NULL,
        last_seen_at timestamp with time zone NOT NULL,
        closed_at timestamp with time zone,
        first_commit text,
        last_scan_id uuid NOT NULL,
        dismiss_reason text,
        dismiss_justification text,
        dismissed_by text,
        dismissed_at timestamp with time zone,
        dismiss_expires_at timestamp with time zone,
        CONSTRAINT pk_findings PRIMARY KEY (id),
        CONSTRAINT fk_findings_repositories_repository_id FOREIGN KEY (repository_id) REFERENCES repositories (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE scans (
        id uuid NOT NULL,
        repository_id uuid NOT NULL,
        delivery_id uuid,
        request_id text NOT NULL,
        trace_parent text,
        kind text NOT NULL,
        lane text NOT NULL,
        ref text NOT NULL,
        commit_sha text,
        base_sha text,
        before_sha text,
        pull_request_number integer,
        status text NOT NULL,
        superseded_by_id uuid,
        attempt integer NOT NULL,
        not_before timestamp with time zone,
        lease_token uuid,
        lease_until timestamp with time zone,
        worker_id text,
        queued_at timestamp with time zone NOT NULL,
        started_at timestamp with time zone,
        completed_at timestamp with time zone,
        error_code text,
        error_detail text,
        phase text NOT NULL,
        files_done integer NOT NULL,
        files_total integer NOT NULL,
        files_skipped integer NOT NULL,
        bytes_scanned bigint NOT NULL,
        cache_hits integer NOT NULL,
        findings_opened integer NOT NULL,
        findings_closed integer NOT NULL,
        findings_total integer NOT NULL,
        rule_pack_hash text,
        report jsonb,
        CONSTRAINT pk_scans PRIMARY KEY (id),
        CONSTRAINT fk_scans_deliveries_delivery_id FOREIGN KEY (delivery_id) REFERENCES deliveries (id) ON DELETE SET NULL,
        CONSTRAINT fk_scans_repositories_repository_id FOREIGN KEY (repository_id) REFERENCES repositories (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE explanations (
        id uuid NOT NULL,
        finding_id uuid NOT NULL,
        content_hash text NOT NULL,
        source text NOT NULL,
        status text NOT NULL,
        model text,
        summary text NOT NULL,
        impact text NOT NULL,
        remediation text NOT NULL,
        claims jsonb NOT NULL,
        dropped_claims integer NOT NULL,
        input_tokens integer NOT NULL,
        output_tokens integer NOT NULL,
        cost_usd numeric(12,6) NOT NULL,
        reason text,
        request_id text NOT NULL,
        created_at timestamp with time zone NOT NULL,
        completed_at timestamp with time zone,
        CONSTRAINT pk_explanations PRIMARY KEY (id),
        CONSTRAINT fk_explanations_findings_finding_id FOREIGN KEY (finding_id) REFERENCES findings (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE finding_events (
        id uuid NOT NULL,
        finding_id uuid NOT NULL,
        repository_id uuid NOT NULL,
        at timestamp with time zone NOT NULL,
        kind text NOT NULL,
        from_state text,
        to_state text NOT NULL,
        cause text NOT NULL,
        commit_sha text,
        ref text,
        scan_id uuid,
        request_id text,
        actor text,
        detail text,
        CONSTRAINT pk_finding_events PRIMARY KEY (id),
        CONSTRAINT fk_finding_events_findings_finding_id FOREIGN KEY (finding_id) REFERENCES findings (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE TABLE finding_instances (
        finding_id uuid NOT NULL,
        ref text NOT NULL,
        repository_id uuid NOT NULL,
        path text NOT NULL,
        start_line integer NOT NULL,
        start_column integer NOT NULL,
        end_line integer NOT NULL,
        end_column integer NOT NULL,
        blob_sha text NOT NULL,
        commit_sha text NOT NULL,
        scan_id uuid NOT NULL,
        present boolean NOT NULL,
        places jsonb NOT NULL,
        updated_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_finding_instances PRIMARY KEY (finding_id, ref),
        CONSTRAINT fk_finding_instances_findings_finding_id FOREIGN KEY (finding_id) REFERENCES findings (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE UNIQUE INDEX ix_access_tokens_hash ON access_tokens (hash);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_access_tokens_owner_id ON access_tokens (owner, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_audit_log_request_id ON audit_log (request_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_audit_log_subject_type_subject_id ON audit_log (subject_type, subject_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE UNIQUE INDEX ix_deliveries_delivery_id ON deliveries (delivery_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_deliveries_received_at ON deliveries (received_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_deliveries_repository_id ON deliveries (repository_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_deliveries_request_id ON deliveries (request_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_explanations_finding_id_id ON explanations (finding_id, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_explanations_request_id ON explanations (request_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_file_analyses_last_used_at ON file_analyses (last_used_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_finding_events_at ON finding_events (at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_finding_events_finding_id_id ON finding_events (finding_id, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_finding_events_repository_id_id ON finding_events (repository_id, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_finding_events_request_id ON finding_events (request_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_finding_events_scan_id ON finding_events (scan_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_finding_instances_repository_id_ref ON finding_instances (repository_id, ref) WHERE present;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_findings_category_severity_rank_id ON findings (category, severity_rank DESC, id DESC);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_findings_closed_at ON findings (closed_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_findings_dismiss_expires_at ON findings (dismiss_expires_at) WHERE dismiss_expires_at is not null;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_findings_first_seen_at ON findings (first_seen_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_findings_open ON findings (severity_rank DESC, id DESC) WHERE state in ('Open', 'Reopened');
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_findings_open_repository ON findings (repository_id, severity_rank DESC, id DESC) WHERE state in ('Open', 'Reopened');
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE UNIQUE INDEX ix_findings_repository_id_fingerprint_ordinal ON findings (repository_id, fingerprint, ordinal);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_findings_rule_id_severity_rank_id ON findings (rule_id, severity_rank DESC, id DESC);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_findings_state_severity_rank_id ON findings (state, severity_rank DESC, id DESC);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE UNIQUE INDEX ix_outbox_messages_idempotency_key ON outbox_messages (idempotency_key);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_outbox_messages_next_attempt_at ON outbox_messages (next_attempt_at) WHERE status = 'Pending';
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_outbox_messages_request_id ON outbox_messages (request_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE UNIQUE INDEX ix_repositories_clone_url ON repositories (clone_url) WHERE git_hub_id is null;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_repositories_full_name_id ON repositories (full_name, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE UNIQUE INDEX ix_repositories_git_hub_id ON repositories (git_hub_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_repositories_last_scanned_at ON repositories (last_scanned_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_scans_active ON scans (repository_id, ref) WHERE status in ('Queued', 'Running');
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_scans_completed_at ON scans (completed_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_scans_delivery_id ON scans (delivery_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_scans_leased ON scans (lease_until) WHERE status = 'Running';
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_scans_repository_id_id ON scans (repository_id, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_scans_request_id ON scans (request_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    CREATE INDEX ix_scans_status_id ON scans (status, id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    create function audit_log_is_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'audit_log is append-only';
    end $$;
    create trigger audit_log_append_only before update or delete or truncate on audit_log
      for each statement execute function audit_log_is_append_only();
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261123174940_Initial') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261123174940_Initial', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    DROP INDEX ix_findings_open;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    DROP INDEX ix_findings_open_repository;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    ALTER TABLE findings ADD liveness text;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE TABLE custom_rules (
        id text NOT NULL,
        active_version integer,
        latest_version integer NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_custom_rules PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE TABLE heartbeat_rules (
        rule_id text NOT NULL,
        last_asked_at timestamp with time zone NOT NULL,
        last_tried_at timestamp with time zone,
        last_found_at timestamp with time zone,
        recent text NOT NULL,
        CONSTRAINT pk_heartbeat_rules PRIMARY KEY (rule_id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE TABLE heartbeat_runs (
        id uuid NOT NULL,
        scan_id uuid NOT NULL,
        queued_at timestamp with time zone NOT NULL,
        rule_ids text[] NOT NULL,
        completed_at timestamp with time zone,
        tried integer NOT NULL,
        found integer NOT NULL,
        missed text[] NOT NULL,
        CONSTRAINT pk_heartbeat_runs PRIMARY KEY (id),
        CONSTRAINT fk_heartbeat_runs_scans_scan_id FOREIGN KEY (scan_id) REFERENCES scans (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE TABLE liveness_providers (
        id text NOT NULL,
        name text NOT NULL,
        host text NOT NULL,
        request text NOT NULL,
        documentation text NOT NULL,
        rule_ids text[] NOT NULL,
        blocked text,
        enabled boolean NOT NULL,
        changed_by text,
        changed_at timestamp with time zone,
        updated_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_liveness_providers PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE TABLE scan_baselines (
        repository_id uuid NOT NULL,
        ref text NOT NULL,
        scan_id uuid NOT NULL,
        commit_sha text NOT NULL,
        basis text NOT NULL,
        files integer NOT NULL,
        bytes bigint NOT NULL,
        skipped integer NOT NULL,
        plugins jsonb NOT NULL,
        CONSTRAINT pk_scan_baselines PRIMARY KEY (repository_id, ref),
        CONSTRAINT fk_scan_baselines_repositories_repository_id FOREIGN KEY (repository_id) REFERENCES repositories (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE TABLE secret_commits (
        finding_id uuid NOT NULL,
        commit_sha text NOT NULL,
        blob_sha text NOT NULL,
        path text NOT NULL,
        start_line integer NOT NULL,
        author_name text NOT NULL,
        author_email text NOT NULL,
        authored_at timestamp with time zone NOT NULL,
        committed_at timestamp with time zone NOT NULL,
        pushed_at timestamp with time zone,
        CONSTRAINT pk_secret_commits PRIMARY KEY (finding_id, commit_sha),
        CONSTRAINT fk_secret_commits_findings_finding_id FOREIGN KEY (finding_id) REFERENCES findings (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE TABLE secret_exposures (
        finding_id uuid NOT NULL,
        repository_id uuid NOT NULL,
        introduced_commit text,
        author_name text,
        author_email text,
        authored_at timestamp with time zone,
        committed_at timestamp with time zone,
        first_pushed_at timestamp with time zone,
        commits_total integer NOT NULL,
        refs jsonb NOT NULL,
        refs_total integer NOT NULL,
        refs_checked_at timestamp with time zone,
        refs_stale boolean NOT NULL,
        dropped boolean NOT NULL,
        still_served boolean,
        rotation text,
        rotated_at timestamp with time zone,
        rotated_by text,
        rotation_note text,
        updated_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_secret_exposures PRIMARY KEY (finding_id),
        CONSTRAINT fk_secret_exposures_findings_finding_id FOREIGN KEY (finding_id) REFERENCES findings (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE TABLE secret_liveness (
        provider_id text NOT NULL,
        fingerprint text NOT NULL,
        state text,
        evidence text,
        checked_at timestamp with time zone,
        next_check_at timestamp with time zone,
        last_live_at timestamp with time zone,
        parts_hash text,
        undecided integer NOT NULL,
        CONSTRAINT pk_secret_liveness PRIMARY KEY (provider_id, fingerprint)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE TABLE custom_rule_versions (
        rule_id text NOT NULL,
        version integer NOT NULL,
        definition jsonb NOT NULL,
        created_by text NOT NULL,
        created_at timestamp with time zone NOT NULL,
        activated_by text,
        activated_at timestamp with time zone,
        CONSTRAINT pk_custom_rule_versions PRIMARY KEY (rule_id, version),
        CONSTRAINT fk_custom_rule_versions_custom_rules_rule_id FOREIGN KEY (rule_id) REFERENCES custom_rules (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE TABLE scan_gaps (
        repository_id uuid NOT NULL,
        ref text NOT NULL,
        path_hash bytea NOT NULL,
        plugin_id text NOT NULL,
        path text NOT NULL,
        blob_sha text NOT NULL,
        length bigint NOT NULL,
        reason text NOT NULL,
        retry boolean NOT NULL,
        CONSTRAINT pk_scan_gaps PRIMARY KEY (repository_id, ref, path_hash, plugin_id),
        CONSTRAINT fk_scan_gaps_scan_baselines_repository_id_ref FOREIGN KEY (repository_id, ref) REFERENCES scan_baselines (repository_id, ref) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE TABLE custom_rule_dry_runs (
        id uuid NOT NULL,
        rule_id text NOT NULL,
        version integer NOT NULL,
        status text NOT NULL,
        against integer,
        requested_by text NOT NULL,
        requested_at timestamp with time zone NOT NULL,
        lease_until timestamp with time zone,
        attempts integer NOT NULL,
        completed_at timestamp with time zone,
        repositories_total integer NOT NULL,
        repositories_done integer NOT NULL,
        files integer NOT NULL,
        added integer NOT NULL,
        removed integer NOT NULL,
        repositories jsonb NOT NULL,
        detail text,
        CONSTRAINT pk_custom_rule_dry_runs PRIMARY KEY (id),
        CONSTRAINT fk_custom_rule_dry_runs_custom_rule_versions_rule_id_version FOREIGN KEY (rule_id, version) REFERENCES custom_rule_versions (rule_id, version) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE INDEX ix_scans_superseded_by_id ON scans (superseded_by_id) WHERE superseded_by_id is not null;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE INDEX ix_findings_fingerprint ON findings (fingerprint);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE INDEX ix_findings_open ON findings (severity_rank DESC, id DESC) WHERE state in ('Open', 'Reopened', 'Removed');
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE INDEX ix_findings_open_repository ON findings (repository_id, severity_rank DESC, id DESC) WHERE state in ('Open', 'Reopened', 'Removed');
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE INDEX ix_custom_rule_dry_runs_rule_id_version ON custom_rule_dry_runs (rule_id, version);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE INDEX ix_custom_rule_dry_runs_waiting ON custom_rule_dry_runs (requested_at) WHERE status in ('Queued', 'Running');
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE INDEX ix_heartbeat_runs_completed_at ON heartbeat_runs (completed_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE INDEX ix_heartbeat_runs_queued_at ON heartbeat_runs (queued_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE INDEX ix_heartbeat_runs_scan_id ON heartbeat_runs (scan_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE INDEX ix_scan_gaps_retry ON scan_gaps (repository_id, ref) WHERE retry;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    CREATE INDEX ix_secret_exposures_stale ON secret_exposures (repository_id) WHERE refs_stale;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261124120618_SecretIncidents') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261124120618_SecretIncidents', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092443_PeopleAndSessions') THEN
    ALTER TABLE access_tokens ADD person_id uuid;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092443_PeopleAndSessions') THEN
    ALTER TABLE access_tokens ADD session_version integer;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092443_PeopleAndSessions') THEN
    CREATE TABLE data_protection_keys (
        id uuid NOT NULL,
        friendly_name text NOT NULL,
        xml text NOT NULL,
        created_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_data_protection_keys PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092443_PeopleAndSessions') THEN
    CREATE TABLE people (
        id uuid NOT NULL,
        git_hub_id bigint NOT NULL,
        login text NOT NULL,
        name text,
        avatar_url text,
        role text NOT NULL,
        created_at timestamp with time zone NOT NULL,
        signed_in_at timestamp with time zone NOT NULL,
        session_version integer NOT NULL,
        git_hub_token bytea,
        git_hub_token_expires_at timestamp with time zone,
        git_hub_refresh_token bytea,
        visibility_read_at timestamp with time zone,
        visibility_due_at timestamp with time zone,
        CONSTRAINT pk_people PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092443_PeopleAndSessions') THEN
    CREATE TABLE person_repositories (
        person_id uuid NOT NULL,
        git_hub_id bigint NOT NULL,
        CONSTRAINT pk_person_repositories PRIMARY KEY (person_id, git_hub_id),
        CONSTRAINT fk_person_repositories_people_person_id FOREIGN KEY (person_id) REFERENCES people (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092443_PeopleAndSessions') THEN
    CREATE INDEX ix_access_tokens_person_id ON access_tokens (person_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092443_PeopleAndSessions') THEN
    CREATE UNIQUE INDEX ix_people_git_hub_id ON people (git_hub_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092443_PeopleAndSessions') THEN
    ALTER TABLE access_tokens ADD CONSTRAINT fk_access_tokens_people_person_id FOREIGN KEY (person_id) REFERENCES people (id) ON DELETE CASCADE;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092443_PeopleAndSessions') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261129092443_PeopleAndSessions', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092637_PullRequestsAndCheckRuns') THEN
    CREATE TABLE check_runs (
        repository_id uuid NOT NULL,
        head_sha text NOT NULL,
        scan_id uuid NOT NULL,
        git_hub_id bigint NOT NULL,
        html_url text NOT NULL,
        status text NOT NULL,
        conclusion text,
        updated_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_check_runs PRIMARY KEY (repository_id, head_sha),
        CONSTRAINT fk_check_runs_repositories_repository_id FOREIGN KEY (repository_id) REFERENCES repositories (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092637_PullRequestsAndCheckRuns') THEN
    CREATE TABLE pull_requests (
        repository_id uuid NOT NULL,
        number integer NOT NULL,
        state text NOT NULL,
        head_sha text NOT NULL,
        head_ref text NOT NULL,
        base_sha text NOT NULL,
        base_ref text NOT NULL,
        draft boolean NOT NULL,
        from_fork boolean NOT NULL,
        author_login text NOT NULL,
        title text NOT NULL,
        updated_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_pull_requests PRIMARY KEY (repository_id, number),
        CONSTRAINT fk_pull_requests_repositories_repository_id FOREIGN KEY (repository_id) REFERENCES repositories (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092637_PullRequestsAndCheckRuns') THEN
    CREATE TABLE scan_snapshots (
        scan_id uuid NOT NULL,
        repository_id uuid NOT NULL,
        ref text NOT NULL,
        commit_sha text NOT NULL,
        rule_pack_hash text,
        merge_base_sha text,
        completed_at timestamp with time zone NOT NULL,
        findings jsonb NOT NULL,
        CONSTRAINT pk_scan_snapshots PRIMARY KEY (scan_id),
        CONSTRAINT fk_scan_snapshots_scans_scan_id FOREIGN KEY (scan_id) REFERENCES scans (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092637_PullRequestsAndCheckRuns') THEN
    CREATE INDEX ix_scans_repository_id_commit_sha ON scans (repository_id, commit_sha);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092637_PullRequestsAndCheckRuns') THEN
    CREATE INDEX ix_outbox_messages_pending ON outbox_messages (kind, aggregate_key, id) WHERE status = 'Pending';
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092637_PullRequestsAndCheckRuns') THEN
    CREATE INDEX ix_pull_requests_repository_id_head_sha ON pull_requests (repository_id, head_sha);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092637_PullRequestsAndCheckRuns') THEN
    CREATE INDEX ix_scan_snapshots_repository_id_commit_sha ON scan_snapshots (repository_id, commit_sha);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092637_PullRequestsAndCheckRuns') THEN
    CREATE INDEX ix_scan_snapshots_repository_id_ref_completed_at ON scan_snapshots (repository_id, ref, completed_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092637_PullRequestsAndCheckRuns') THEN
    create function write_scan_feedback(scan_ids uuid[], in_progress boolean) returns void language sql as $$
      with changed as (
        select s.id as scan_id, s.attempt, s.repository_id, s.commit_sha, s.pull_request_number, s.request_id, s.trace_parent, s.status in ('Succeeded', 'Partial') as has_result,
          s.ref = 'refs/heads/' || r.default_branch as is_default,
          case s.status when 'Queued' then s.queued_at when 'Running' then coalesce(s.started_at, s.queued_at)
            else coalesce(s.completed_at, s.started_at, s.queued_at) end as at
        from scans s join repositories r on r.id = s.repository_id
        where s.id = any(scan_ids) and r.git_hub_id is not null and r.installation_id is not null and s.commit_sha is not null
          and s.kind not in ('History', 'Dropped', 'Heartbeat', 'Import')
      ), messages as (
        select 'github.check' as message_kind, repository_id || ':' || commit_sha as aggregate_key,
          jsonb_build_object('repositoryId', repository_id, 'headSha', commit_sha) as payload, changed.*
        from changed
        union all
        select 'github.review', repository_id || ':pull:' || pull_request_number,
          jsonb_build_object('repositoryId', repository_id, 'number', pull_request_number), changed.*
        from changed where pull_request_number is not null and has_result and not in_progress
        union all
        select 'github.code-scanning', repository_id || ':code-scanning', jsonb_build_object('repositoryId', repository_id), changed.*
        from changed where is_default and has_result and not in_progress
      )
      -- The ids are version 7 like those made in code: messages of one key are delivered in their order.
      insert into outbox_messages (id, kind, aggregate_key, idempotency_key, repository_id, payload, status, attempts, next_attempt_at, created_at, request_id, trace_parent)
      select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
        message_kind, aggregate_key,
        message_kind || ':' || case when in_progress
          then scan_id || ':' || attempt || ':' || floor(extract(epoch from clock_timestamp()) / 15) else gen_random_uuid()::text end,
        repository_id, payload, 'Pending', 0, at, at, request_id, trace_parent
      from messages
      on conflict (idempotency_key) do nothing
    $$;

    create function scan_inserted() returns trigger language plpgsql as $$
    begin
      perform write_scan_feedback(array(select id from new_rows), false);
      return null;
    end $$;

    create function scan_updated() returns trigger language plpgsql as $$
    declare
      changed uuid[] := array(select n.id from new_rows n join old_rows o on o.id = n.id where n.status is distinct from o.status);
      progressed uuid[] := array(select n.id from new_rows n join old_rows o on o.id = n.id
        where n.status = 'Running' and o.status = 'Running' and (n.phase, n.files_done) is distinct from (o.phase, o.files_done)
          and n.started_at < clock_timestamp() - interval '10 seconds');
    begin
      if cardinality(changed) > 0 then perform write_scan_feedback(changed, false); end if;
      if cardinality(progressed) > 0 then perform write_scan_feedback(progressed, true); end if;
      return null;
    end $$;

    create trigger scan_inserted after insert on scans referencing new table as new_rows
      for each statement execute function scan_inserted();
    create trigger scan_updated after update on scans referencing old table as old_rows new table as new_rows
      for each statement execute function scan_updated();
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129092637_PullRequestsAndCheckRuns') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261129092637_PullRequestsAndCheckRuns', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129095738_Sweeps') THEN
    CREATE TABLE sweeps (
        id uuid NOT NULL,
        kind text NOT NULL,
        started_at timestamp with time zone NOT NULL,
        completed_at timestamp with time zone,
        looked integer NOT NULL,
        repaired integer NOT NULL,
        given_up integer NOT NULL,
        error text,
        CONSTRAINT pk_sweeps PRIMARY KEY (id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129095738_Sweeps') THEN
    CREATE INDEX ix_sweeps_kind_started_at ON sweeps (kind, started_at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129095738_Sweeps') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261129095738_Sweeps', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129122500_GitHubApps') THEN
    CREATE TABLE github_app (
        id smallint NOT NULL,
        app_id bigint NOT NULL,
        slug text NOT NULL,
        name text NOT NULL,
        owner_login text NOT NULL,
        owned_by_organization boolean NOT NULL,
        html_url text NOT NULL,
        client_id text NOT NULL,
        secrets bytea NOT NULL,
        created_at timestamp with time zone NOT NULL,
        created_by text NOT NULL,
        CONSTRAINT pk_github_app PRIMARY KEY (id),
        CONSTRAINT ck_github_app_only CHECK (id = 1)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129122500_GitHubApps') THEN
    CREATE TABLE github_app_attempts (
        state_hash bytea NOT NULL,
        started_by text NOT NULL,
        created_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_github_app_attempts PRIMARY KEY (state_hash)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129122500_GitHubApps') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261129122500_GitHubApps', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129122524_PullRequestCommands') THEN
    CREATE TABLE pull_request_commands (
        repository_id uuid NOT NULL,
        comment_kind text NOT NULL,
        comment_id bigint NOT NULL,
        pull_request_number integer NOT NULL,
        author_id bigint NOT NULL,
        at timestamp with time zone NOT NULL,
        before integer NOT NULL,
        outcome text,
        answer text,
        CONSTRAINT pk_pull_request_commands PRIMARY KEY (repository_id, comment_kind, comment_id),
        CONSTRAINT fk_pull_request_commands_pull_requests_repository_id_pull_requ FOREIGN KEY (repository_id, pull_request_number) REFERENCES pull_requests (repository_id, number) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129122524_PullRequestCommands') THEN
    CREATE TABLE pull_request_findings (
        repository_id uuid NOT NULL,
        pull_request_number integer NOT NULL,
        number integer NOT NULL,
        finding_id uuid NOT NULL,
        CONSTRAINT pk_pull_request_findings PRIMARY KEY (repository_id, pull_request_number, number),
        CONSTRAINT fk_pull_request_findings_pull_requests_repository_id_pull_requ FOREIGN KEY (repository_id, pull_request_number) REFERENCES pull_requests (repository_id, number) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129122524_PullRequestCommands') THEN
    CREATE INDEX ix_pull_request_commands_repository_id_pull_request_number_aut ON pull_request_commands (repository_id, pull_request_number, author_id, at);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129122524_PullRequestCommands') THEN
    CREATE UNIQUE INDEX ix_pull_request_findings_repository_id_pull_request_number_fin ON pull_request_findings (repository_id, pull_request_number, finding_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129122524_PullRequestCommands') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261129122524_PullRequestCommands', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129123136_SarifImports') THEN
    ALTER TABLE finding_instances ADD reporters text[] NOT NULL DEFAULT ('{}');
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129123136_SarifImports') THEN
    CREATE TABLE imported_rules (
        repository_id uuid NOT NULL,
        id text NOT NULL,
        reporter text NOT NULL,
        title text NOT NULL,
        category text NOT NULL,
        severity text NOT NULL,
        confidence text NOT NULL,
        cwe integer,
        description text NOT NULL,
        remediation text NOT NULL,
        help_uri text,
        updated_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_imported_rules PRIMARY KEY (repository_id, id),
        CONSTRAINT fk_imported_rules_repositories_repository_id FOREIGN KEY (repository_id) REFERENCES repositories (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129123136_SarifImports') THEN
    CREATE TABLE sarif_imports (
        scan_id uuid NOT NULL,
        repository_id uuid NOT NULL,
        reporters text[] NOT NULL,
        content bytea,
        CONSTRAINT pk_sarif_imports PRIMARY KEY (scan_id),
        CONSTRAINT fk_sarif_imports_scans_scan_id FOREIGN KEY (scan_id) REFERENCES scans (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129123136_SarifImports') THEN
    CREATE INDEX ix_imported_rules_id ON imported_rules (id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129123136_SarifImports') THEN
    update finding_instances i set reporters = f.analyzer_ids from findings f where f.id = i.finding_id and i.present;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129123136_SarifImports') THEN
    drop trigger scan_updated on scans;
    drop trigger scan_inserted on scans;
    drop function scan_updated();
    drop function scan_inserted();
    drop function write_scan_feedback(uuid[], boolean);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129123136_SarifImports') THEN
    create function write_scan_feedback(scan_ids uuid[], in_progress boolean) returns void language sql as $$
      with changed as (
        select s.id as scan_id, s.attempt, s.repository_id, s.commit_sha, s.pull_request_number, s.request_id, s.trace_parent, s.status in ('Succeeded', 'Partial') as has_result,
          s.ref = 'refs/heads/' || r.default_branch as is_default,
          case s.status when 'Queued' then s.queued_at when 'Running' then coalesce(s.started_at, s.queued_at)
            else coalesce(s.completed_at, s.started_at, s.queued_at) end as at
        from scans s join repositories r on r.id = s.repository_id
        where s.id = any(scan_ids) and r.git_hub_id is not null and r.installation_id is not null and s.commit_sha is not null
          and s.kind not in ('History', 'Dropped', 'Heartbeat', 'Import')
      ), messages as (
        select 'github.check' as message_kind, repository_id || ':' || commit_sha as aggregate_key,
          jsonb_build_object('repositoryId', repository_id, 'headSha', commit_sha) as payload, changed.*
        from changed
        union all
        select 'github.review', repository_id || ':pull:' || pull_request_number,
          jsonb_build_object('repositoryId', repository_id, 'number', pull_request_number), changed.*
        from changed where pull_request_number is not null and has_result and not in_progress
        union all
        select 'github.code-scanning', repository_id || ':code-scanning', jsonb_build_object('repositoryId', repository_id), changed.*
        from changed where is_default and has_result and not in_progress
      )
      -- The ids are version 7 like those made in code: messages of one key are delivered in their order.
      insert into outbox_messages (id, kind, aggregate_key, idempotency_key, repository_id, payload, status, attempts, next_attempt_at, created_at, request_id, trace_parent)
      select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
        message_kind, aggregate_key,
        message_kind || ':' || case when in_progress
          then scan_id || ':' || attempt || ':' || floor(extract(epoch from clock_timestamp()) / 15) else gen_random_uuid()::text end,
        repository_id, payload, 'Pending', 0, at, at, request_id, trace_parent
      from messages
      on conflict (idempotency_key) do nothing
    $$;

    create function scan_inserted() returns trigger language plpgsql as $$
    begin
      perform write_scan_feedback(array(select id from new_rows), false);
      return null;
    end $$;

    create function scan_updated() returns trigger language plpgsql as $$
    declare
      changed uuid[] := array(select n.id from new_rows n join old_rows o on o.id = n.id where n.status is distinct from o.status);
      progressed uuid[] := array(select n.id from new_rows n join old_rows o on o.id = n.id
        where n.status = 'Running' and o.status = 'Running' and (n.phase, n.files_done) is distinct from (o.phase, o.files_done)
          and n.started_at < clock_timestamp() - interval '10 seconds');
    begin
      if cardinality(changed) > 0 then perform write_scan_feedback(changed, false); end if;
      if cardinality(progressed) > 0 then perform write_scan_feedback(progressed, true); end if;
      return null;
    end $$;

    create trigger scan_inserted after insert on scans referencing new table as new_rows
      for each statement execute function scan_inserted();
    create trigger scan_updated after update on scans referencing old table as old_rows new table as new_rows
      for each statement execute function scan_updated();
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129123136_SarifImports') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261129123136_SarifImports', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129132631_CodeScanning') THEN
    CREATE TABLE code_scanning_uploads (
        repository_id uuid NOT NULL,
        state text NOT NULL,
        at timestamp with time zone NOT NULL,
        commit_sha text NOT NULL,
        results integer NOT NULL,
        left_out integer NOT NULL,
        detail text,
        CONSTRAINT pk_code_scanning_uploads PRIMARY KEY (repository_id),
        CONSTRAINT fk_code_scanning_uploads_repositories_repository_id FOREIGN KEY (repository_id) REFERENCES repositories (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129132631_CodeScanning') THEN
    drop trigger scan_updated on scans;
    drop trigger scan_inserted on scans;
    drop function scan_updated();
    drop function scan_inserted();
    drop function write_scan_feedback(uuid[], boolean);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129132631_CodeScanning') THEN
    create function write_scan_feedback(scan_ids uuid[], in_progress boolean) returns void language sql as $$
      with changed as (
        select s.id as scan_id, s.attempt, s.repository_id, s.commit_sha, s.pull_request_number, s.request_id, s.trace_parent, s.status in ('Succeeded', 'Partial') as has_result,
          s.ref = 'refs/heads/' || r.default_branch as is_default,
          case s.status when 'Queued' then s.queued_at when 'Running' then coalesce(s.started_at, s.queued_at)
            else coalesce(s.completed_at, s.started_at, s.queued_at) end as at
        from scans s join repositories r on r.id = s.repository_id
        where s.id = any(scan_ids) and r.git_hub_id is not null and r.installation_id is not null and s.commit_sha is not null
          and s.kind not in ('History', 'Dropped', 'Heartbeat', 'Import')
      ), messages as (
        select 'github.check' as message_kind, repository_id || ':' || commit_sha as aggregate_key,
          jsonb_build_object('repositoryId', repository_id, 'headSha', commit_sha) as payload, changed.*
        from changed
        union all
        select 'github.review', repository_id || ':pull:' || pull_request_number,
          jsonb_build_object('repositoryId', repository_id, 'number', pull_request_number), changed.*
        from changed where pull_request_number is not null and has_result and not in_progress
        union all
        select 'github.code-scanning', repository_id || ':code-scanning', jsonb_build_object('repositoryId', repository_id), changed.*
        from changed where is_default and has_result and not in_progress
      )
      -- The ids are version 7 like those made in code: messages of one key are delivered in their order.
      insert into outbox_messages (id, kind, aggregate_key, idempotency_key, repository_id, payload, status, attempts, next_attempt_at, created_at, request_id, trace_parent)
      select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
        message_kind, aggregate_key,
        message_kind || ':' || case when in_progress
          then scan_id || ':' || attempt || ':' || floor(extract(epoch from clock_timestamp()) / 15) else gen_random_uuid()::text end,
        repository_id, payload, 'Pending', 0, at, at, request_id, trace_parent
      from messages
      on conflict (idempotency_key) do nothing
    $$;

    create function scan_inserted() returns trigger language plpgsql as $$
    begin
      perform write_scan_feedback(array(select id from new_rows), false);
      return null;
    end $$;

    create function scan_updated() returns trigger language plpgsql as $$
    declare
      changed uuid[] := array(select n.id from new_rows n join old_rows o on o.id = n.id where n.status is distinct from o.status);
      progressed uuid[] := array(select n.id from new_rows n join old_rows o on o.id = n.id
        where n.status = 'Running' and o.status = 'Running' and (n.phase, n.files_done) is distinct from (o.phase, o.files_done)
          and n.started_at < clock_timestamp() - interval '10 seconds');
    begin
      if cardinality(changed) > 0 then perform write_scan_feedback(changed, false); end if;
      if cardinality(progressed) > 0 then perform write_scan_feedback(progressed, true); end if;
      return null;
    end $$;

    create trigger scan_inserted after insert on scans referencing new table as new_rows
      for each statement execute function scan_inserted();
    create trigger scan_updated after update on scans referencing old table as old_rows new table as new_rows
      for each statement execute function scan_updated();
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129132631_CodeScanning') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261129132631_CodeScanning', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129134249_CommentNoise') THEN
    ALTER TABLE repositories ADD minimum_acted_on integer;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129134249_CommentNoise') THEN
    ALTER TABLE pull_request_findings ADD standing boolean;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129134249_CommentNoise') THEN
    CREATE TABLE rule_comment_settings (
        repository_id uuid NOT NULL,
        rule_id text NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamp with time zone NOT NULL,
        CONSTRAINT pk_rule_comment_settings PRIMARY KEY (repository_id, rule_id),
        CONSTRAINT fk_rule_comment_settings_repositories_repository_id FOREIGN KEY (repository_id) REFERENCES repositories (id) ON DELETE CASCADE
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129134249_CommentNoise') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261129134249_CommentNoise', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129140052_AiByPolicy') THEN
    ALTER TABLE repositories ADD ai_explain boolean NOT NULL DEFAULT TRUE;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129140052_AiByPolicy') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261129140052_AiByPolicy', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129162235_ProvedFixes') THEN
    ALTER TABLE finding_instances ADD fix jsonb;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129162235_ProvedFixes') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261129162235_ProvedFixes', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129235429_RefComparisons') THEN
    DROP INDEX ix_secret_exposures_stale;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129235429_RefComparisons') THEN
    ALTER TABLE secret_exposures ADD refs_asked integer NOT NULL DEFAULT 1;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129235429_RefComparisons') THEN
    ALTER TABLE secret_exposures ADD refs_compared integer NOT NULL DEFAULT 0;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129235429_RefComparisons') THEN
    update secret_exposures set refs_compared = 1 where not refs_stale;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129235429_RefComparisons') THEN
    alter table secret_exposures alter column refs_stale set default true;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129235429_RefComparisons') THEN
    CREATE INDEX ix_secret_exposures_refs_due ON secret_exposures (repository_id) WHERE refs_compared < refs_asked;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "migration_id" = '20261129235429_RefComparisons') THEN
    INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
    VALUES ('20261129235429_RefComparisons', '10.0.15');
    END IF;
END $EF$;
COMMIT;

