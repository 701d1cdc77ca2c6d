-- The life of a database: after a restore or a failover the numbers of transactions
-- begin anew somewhere, and a cursor of the earlier life means nothing.
CREATE FUNCTION members_era() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system())::text
        || '-' || left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8)
$$;

-- A record that hangs under a union: TG_ARGV is its kind and the column of the union.
CREATE FUNCTION members_note_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO members_change (era, transaction, kind, record_id, path)'
        ' SELECT members_era(), pg_current_xact_id()::text::bigint, %L, n.id, u.path'
        ' FROM new_rows AS n JOIN members_organisation AS u ON u.id = n.%I',
        TG_ARGV[0], TG_ARGV[1]);
    RETURN NULL;
END $$;

CREATE FUNCTION members_note_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO members_change (era, transaction, kind, record_id, path)'
        ' SELECT members_era(), pg_current_xact_id()::text::bigint, %L, o.id, u.path'
        ' FROM old_rows AS o JOIN members_organisation AS u ON u.id = o.%I',
        TG_ARGV[0], TG_ARGV[1]);
    RETURN NULL;
END $$;

-- TG_ARGV[2]: what to leave out of the comparison, as jsonb text[] (sealed columns).
CREATE FUNCTION members_note_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO members_change (era, transaction, kind, record_id, path)'
        ' SELECT members_era(), pg_current_xact_id()::text::bigint, %L, told.id, u.path'
        ' FROM (SELECT n.id, n.%I AS union_id FROM new_rows AS n'
        '       JOIN old_rows AS o ON o.id = n.id'
        '       WHERE to_jsonb(n) - %L::text[] IS DISTINCT FROM to_jsonb(o) - %L::text[]'
        '       UNION SELECT o.id, o.%I FROM old_rows AS o'
        '       JOIN new_rows AS n ON n.id = o.id WHERE n.%I <> o.%I) AS told'
        ' JOIN members_organisation AS u ON u.id = told.union_id',
        TG_ARGV[0], TG_ARGV[1], TG_ARGV[2], TG_ARGV[2],
        TG_ARGV[1], TG_ARGV[1], TG_ARGV[1]);
    RETURN NULL;
END $$;

-- A union is a place itself.
CREATE FUNCTION members_note_union_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO members_change (era, transaction, kind, record_id, path)
    SELECT members_era(), pg_current_xact_id()::text::bigint, 'organisation', id, path
    FROM new_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION members_note_union_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO members_change (era, transaction, kind, record_id, path)
    SELECT members_era(), pg_current_xact_id()::text::bigint, 'organisation', id, path
    FROM (SELECT n.id, n.path FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
          WHERE to_jsonb(n) - 'numchild' IS DISTINCT FROM to_jsonb(o) - 'numchild'
          UNION SELECT o.id, o.path FROM old_rows AS o
          JOIN new_rows AS n ON n.id = o.id WHERE n.path <> o.path) AS told;
    RETURN NULL;
END $$;

CREATE TRIGGER note_inserted AFTER INSERT ON members_organisation
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION members_note_union_inserted();
CREATE TRIGGER note_updated AFTER UPDATE ON members_organisation
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION members_note_union_updated();

CREATE TRIGGER note_inserted AFTER INSERT ON members_employer
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION members_note_inserted('employer', 'keeper_id');
CREATE TRIGGER note_updated AFTER UPDATE ON members_employer
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION members_note_updated('employer', 'keeper_id', '{}');
CREATE TRIGGER note_deleted AFTER DELETE ON members_employer
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION members_note_deleted('employer', 'keeper_id');

CREATE TRIGGER note_inserted AFTER INSERT ON members_person
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION members_note_inserted('person', 'organisation_id');
CREATE TRIGGER note_updated AFTER UPDATE ON members_person
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION members_note_updated('person', 'organisation_id', '{id_number,phone}');
CREATE TRIGGER note_deleted AFTER DELETE ON members_person
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION members_note_deleted('person', 'organisation_id');

CREATE TRIGGER note_inserted AFTER INSERT ON members_membership
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION members_note_inserted('membership', 'organisation_id');
CREATE TRIGGER note_updated AFTER UPDATE ON members_membership
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION members_note_updated('membership', 'organisation_id', '{standing_number}');
