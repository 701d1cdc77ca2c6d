-- Guards that stay linear, and payments that change their state in place.

-- One aggregate over the joined rows. An EXISTS would make the planner hope for an
-- early end and choose a nested loop: over two hours for 136,000 superseded answers.
CREATE OR REPLACE FUNCTION assistance_determination_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE wrong bigint;
BEGIN
    SELECT count(*) INTO wrong
    FROM before_rows AS o
    LEFT JOIN after_rows AS n ON n.id = o.id
    LEFT JOIN assistance_round AS round ON round.id = o.round_id
    WHERE n.id IS NULL
       OR (round.state NOT IN ('opened', 'computed')
           AND (to_jsonb(n) - 'superseded_by') <> (to_jsonb(o) - 'superseded_by'))
       OR (o.superseded_by IS NOT NULL
           AND n.superseded_by IS DISTINCT FROM o.superseded_by);
    IF wrong > 0 THEN
        RAISE EXCEPTION '名单已公示或已生成批次，认定不能修改，只能另作新的认定'
            USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION assistance_claim_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE wrong bigint;
BEGIN
    SELECT count(*) INTO wrong
    FROM before_rows AS o LEFT JOIN after_rows AS n ON n.id = o.id
    WHERE n.id IS NULL
       OR (to_jsonb(n) - 'released') <> (to_jsonb(o) - 'released')
       OR (o.released AND NOT n.released);
    IF wrong > 0 THEN
        RAISE EXCEPTION '发放权只能撤下，不能修改' USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;

-- After the notice only an answer that takes the place of another may be added: the
-- other one must name it, and be of the same person in the same round.
CREATE OR REPLACE FUNCTION assistance_determination_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE wrong bigint;
BEGIN
    SELECT count(*) INTO wrong
    FROM (SELECT round_id, bool_or(supersedes IS NULL) AS fresh
          FROM added GROUP BY round_id) AS touched
    JOIN assistance_round AS round ON round.id = touched.round_id
    WHERE (touched.fresh AND round.state NOT IN ('opened', 'computed'))
       OR round.state IN ('closed', 'cancelled');
    IF wrong > 0 THEN
        RAISE EXCEPTION '名单已公示或已生成批次，不能再写入认定'
            USING ERRCODE = '23U03';
    END IF;
    SELECT count(*) INTO wrong
    FROM added
    LEFT JOIN assistance_determination AS former
        ON former.id = added.supersedes AND former.year = added.year
       AND former.superseded_by = added.id AND former.round_id = added.round_id
       AND former.subject_kind = added.subject_kind
       AND former.subject_id = added.subject_id
    WHERE added.supersedes IS NOT NULL AND former.id IS NULL;
    IF wrong > 0 THEN
        RAISE EXCEPTION '新的认定所取代的不是同一人在本轮次的认定'
            USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;

-- An index whose predicate reads `state` forbids a change of state in place (HOT). The
-- generated column changes only when a payment comes back or is taken off.
ALTER TABLE assistance_payment ADD COLUMN is_live boolean NOT NULL GENERATED ALWAYS AS (
    state IN ('planned', 'held', 'instructed', 'in_doubt', 'paid')
) STORED;
DROP INDEX payment_one_live;
CREATE UNIQUE INDEX payment_one_live ON assistance_payment (year, claim_id)
    WHERE is_live;

CREATE OR REPLACE FUNCTION assistance_ensure_year(wanted integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE parent text;
BEGIN
    IF wanted IS NULL OR wanted NOT BETWEEN 1990 AND 2200 THEN
        RAISE EXCEPTION '年度 % 超出范围', wanted USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('assistance_ensure_year'));
    FOREACH parent IN ARRAY ARRAY['assistance_determination', 'assistance_payment'] LOOP
        IF to_regclass(format('public.%I', parent || '_' || wanted)) IS NULL THEN
            -- Half of each page is left free, so that one statement may change the
            -- state of every payment on it in place.
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES IN (%s) WITH (fillfactor = %s)',
                parent || '_' || wanted, parent, wanted,
                CASE parent WHEN 'assistance_payment' THEN 50 ELSE 100 END
            );
        END IF;
    END LOOP;
END $$;
DO $$
DECLARE partition regclass;
BEGIN
    FOR partition IN
        SELECT inhrelid FROM pg_inherits WHERE inhparent = 'assistance_payment'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 50)', partition);
    END LOOP;
END $$;
