-- A year in the archive gets no second partition: it is attached again instead.
CREATE OR REPLACE FUNCTION assistance_ensure_year(wanted integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE parent text;
BEGIN
    IF wanted IS NULL OR wanted NOT BETWEEN 1990 AND 2200 THEN
        RAISE EXCEPTION '年度 % 超出范围', wanted USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM core_archivedyear WHERE year = wanted) THEN
        RAISE EXCEPTION '% 年已归档，不能再开轮次；确需办理请先挂回该年度', wanted
            USING ERRCODE = '23U03';
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
