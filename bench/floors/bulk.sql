-- The floors of P10: what a system hands in, written by one statement, unchecked.
-- name: employers
WITH written AS (
    INSERT INTO members_employer (code, name, ownership, size, is_above_scale, trade,
        headcount, counted_on, division_id, keeper_id)
    SELECT item.code, item.name, item.ownership, '', item.is_above_scale, item.trade,
        item.headcount, item.counted_on, item.division, union_.id
    FROM jsonb_to_recordset(%(items)s::jsonb) AS item (code text, name text,
        ownership text, is_above_scale boolean, trade text, headcount integer,
        counted_on date, division text, keeper text)
    JOIN members_organisation AS union_ ON union_.code = item.keeper
    ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name,
        ownership = EXCLUDED.ownership, headcount = EXCLUDED.headcount,
        counted_on = EXCLUDED.counted_on
    RETURNING id, code
)
SELECT json_agg(json_build_object('id', id, 'code', code))::text FROM written
-- name: people
WITH written AS (
    INSERT INTO members_person (name, name_pinyin, name_initials, id_number,
        id_number_index, id_kind, birth_date, sex, phone, phone_index, organisation_id)
    SELECT item.name, item.pinyin, item.initials, decode(item.id_number, 'hex'),
        item.id_number_index, 'resident', item.birth_date, item.sex,
        decode(item.phone, 'hex'), item.phone_index, union_.id
    FROM jsonb_to_recordset(%(items)s::jsonb) AS item (name text, pinyin text,
        initials text, id_number text, id_number_index text, birth_date date, sex text,
        phone text, phone_index text, organisation text)
    JOIN members_organisation AS union_ ON union_.code = item.organisation
    ON CONFLICT (id_number_index) DO UPDATE SET phone = EXCLUDED.phone,
        phone_index = EXCLUDED.phone_index, organisation_id = EXCLUDED.organisation_id
    RETURNING id, id_number_index
)
SELECT json_agg(json_build_object('id', id, 'key', id_number_index))::text FROM written
