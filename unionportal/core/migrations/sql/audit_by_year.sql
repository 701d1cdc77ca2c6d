-- The audit trail by business year: a partition can be detached when its year is over.
-- Entries keep their numbers, moments and words, so the chain over them stays whole.
CREATE SCHEMA IF NOT EXISTS archive;
CREATE SCHEMA IF NOT EXISTS whole;

ALTER TABLE core_auditentry RENAME TO core_auditentry_before;
CREATE SEQUENCE core_auditentry_number AS bigint;
CREATE TABLE core_auditentry (
    LIKE core_auditentry_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS
) PARTITION BY RANGE ("on");
ALTER TABLE core_auditentry
    ALTER COLUMN id SET DEFAULT nextval('core_auditentry_number'),
    ADD CONSTRAINT core_auditentry_by_year PRIMARY KEY (id, "on");
ALTER SEQUENCE core_auditentry_number OWNED BY core_auditentry.id;

-- What no year has been made for yet; nothing is refused for want of a partition.
CREATE TABLE core_auditentry_other PARTITION OF core_auditentry DEFAULT;

-- For the owner: makes the partition of a year and moves into it what waited elsewhere.
CREATE FUNCTION core_ensure_audit_year(wanted integer) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    made text := 'core_auditentry_' || wanted;
    first_day date := make_date(wanted, 1, 1);
    after_it date := make_date(wanted + 1, 1, 1);
BEGIN
    IF to_regclass('public.' || made) IS NOT NULL
        OR to_regclass('archive.' || made) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE core_auditentry INCLUDING ALL)', made);
    ALTER TABLE core_auditentry_other DISABLE TRIGGER USER;
    EXECUTE format('INSERT INTO %I SELECT * FROM core_auditentry_other
        WHERE "on" >= %L AND "on" < %L', made, first_day, after_it);
    DELETE FROM core_auditentry_other WHERE "on" >= first_day AND "on" < after_it;
    ALTER TABLE core_auditentry_other ENABLE TRIGGER USER;
    EXECUTE format('ALTER TABLE core_auditentry ATTACH PARTITION %I
        FOR VALUES FROM (%L) TO (%L)', made, first_day, after_it);
END $$;
REVOKE ALL ON FUNCTION core_ensure_audit_year(integer) FROM PUBLIC;

INSERT INTO core_auditentry SELECT * FROM core_auditentry_before;
SELECT setval('core_auditentry_number', coalesce(max(id), 0) + 1, false)
    FROM core_auditentry;

-- Triggers and indexes bear the names they had.
DO $$
DECLARE found record; wanted integer; years integer[];
BEGIN
    CREATE TEMPORARY TABLE kept_triggers ON COMMIT DROP AS
        SELECT tgname, obj_description(oid, 'pg_trigger') AS mark,
            replace(pg_get_triggerdef(oid), 'core_auditentry_before', 'core_auditentry')
                AS made
        FROM pg_trigger
        WHERE tgrelid = 'core_auditentry_before'::regclass AND NOT tgisinternal;
    DROP TABLE core_auditentry_before;
    FOR found IN SELECT * FROM kept_triggers LOOP
        EXECUTE found.made;
        EXECUTE format('COMMENT ON TRIGGER %I ON core_auditentry IS %L',
            found.tgname, found.mark);
    END LOOP;
    CREATE INDEX core_audit_by_subject
        ON core_auditentry (subject_kind, subject_id, id);
    CREATE INDEX core_audit_by_organisation ON core_auditentry (organisation_id, id);
    CREATE INDEX core_audit_by_user ON core_auditentry (user_id, id);
    years := ARRAY(
        SELECT DISTINCT extract(year FROM "on")::integer FROM core_auditentry_other
        UNION SELECT extract(year FROM current_date)::integer
        UNION SELECT extract(year FROM current_date)::integer + 1);
    FOREACH wanted IN ARRAY years
    LOOP
        PERFORM core_ensure_audit_year(wanted);
    END LOOP;
END $$;
