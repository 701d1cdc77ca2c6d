-- Stacking: each claim draws on the room that its human has in the groups of its scheme.

-- Only the database writes what humans have: beside the claim, in one transaction.
CREATE FUNCTION assistance_balance_is_ours() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID),
            'USAGE') THEN
        RAISE EXCEPTION '叠加占用由数据库登记，不能直接写入' USING ERRCODE = '23U02';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER balance_is_ours
    BEFORE INSERT OR UPDATE OR DELETE ON assistance_stackingbalance
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_balance_is_ours();

CREATE FUNCTION assistance_beyond_stacking() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '有人同一年度的同类帮扶已满上限或只能享受一项，本次未作任何改动；请重试，系统会逐人写明原因。'
        USING ERRCODE = '23U04';
END $$;

-- Rows are taken in the order of group and human, whoever comes.
CREATE FUNCTION assistance_claims_stacked() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT round_id, year FROM after_rows) AS claim
        JOIN assistance_round AS round ON round.id = claim.round_id
        JOIN assistance_stackedscheme AS stacked ON stacked.version_id = round.version_id
        JOIN assistance_stackinggroup AS terms ON terms.code = stacked.code
         AND terms.since = (SELECT max(since) FROM assistance_stackinggroup AS given
                            WHERE given.code = stacked.code AND given.since <= claim.year)
        JOIN after_rows AS beyond ON beyond.round_id = claim.round_id
         AND beyond.amount > terms.per_time AND NOT beyond.released AND NOT beyond.ended
    ) THEN
        PERFORM assistance_beyond_stacking();
    END IF;
    INSERT INTO assistance_stackingbalance AS held
        (code, human_id, year, count, amount, count_limit, amount_limit)
    SELECT terms.code, holder.id, claim.year, count(*), sum(claim.amount),
           CASE terms.rule WHEN 'exclusive' THEN 1 END, terms.per_year
    FROM after_rows AS claim
    JOIN assistance_round AS round ON round.id = claim.round_id
    JOIN assistance_stackedscheme AS stacked ON stacked.version_id = round.version_id
    JOIN assistance_stackinggroup AS terms ON terms.code = stacked.code
     AND terms.since = (SELECT max(since) FROM assistance_stackinggroup AS given
                        WHERE given.code = stacked.code AND given.since <= claim.year)
    LEFT JOIN members_person AS twin
        ON terms.per = 'payee' AND twin.merged_into_id IS NOT NULL
       AND twin.id = claim.payee_id
    CROSS JOIN LATERAL (SELECT CASE terms.per WHEN 'payee'
        THEN coalesce(twin.merged_into_id, claim.payee_id) ELSE claim.human_id END
    ) AS holder (id)
    WHERE NOT claim.released AND NOT claim.ended
    GROUP BY terms.code, holder.id, claim.year, terms.rule, terms.per_year
    ORDER BY terms.code, holder.id, claim.year
    ON CONFLICT (code, human_id, year) DO UPDATE
        SET count = held.count + excluded.count, amount = held.amount + excluded.amount;
    RETURN NULL;
EXCEPTION WHEN check_violation THEN
    PERFORM assistance_beyond_stacking();
    RETURN NULL;
END $$;
CREATE TRIGGER claims_stacked AFTER INSERT ON assistance_paymentclaim
    REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_claims_stacked();

-- What is withdrawn, or came back for good, gives its room back.
CREATE FUNCTION assistance_claims_unstacked() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_nestloop = off AS $$
BEGIN
    WITH freed AS MATERIALIZED (
        SELECT terms.code, claim.year, count(*) AS count, sum(claim.amount) AS amount,
               CASE terms.per WHEN 'payee'
                   THEN coalesce(twin.merged_into_id, claim.payee_id)
                   ELSE claim.human_id END AS human_id
        FROM before_rows AS former
        JOIN after_rows AS claim ON claim.id = former.id
         AND (claim.released OR claim.ended) AND NOT former.released AND NOT former.ended
        JOIN assistance_round AS round ON round.id = claim.round_id
        JOIN assistance_stackedscheme AS stacked ON stacked.version_id = round.version_id
        JOIN assistance_stackinggroup AS terms ON terms.code = stacked.code
         AND terms.since = (SELECT max(since) FROM assistance_stackinggroup AS given
                            WHERE given.code = stacked.code AND given.since <= claim.year)
        LEFT JOIN members_person AS twin
            ON terms.per = 'payee' AND twin.merged_into_id IS NOT NULL
           AND twin.id = claim.payee_id
        GROUP BY 1, 2, 5
    ), taken AS MATERIALIZED (
        SELECT held.id, freed.count, freed.amount
        FROM assistance_stackingbalance AS held
        JOIN freed ON freed.code = held.code AND freed.human_id = held.human_id
         AND freed.year = held.year
        ORDER BY held.code, held.human_id, held.year
        FOR NO KEY UPDATE OF held
    )
    UPDATE assistance_stackingbalance AS held
    SET count = held.count - taken.count, amount = held.amount - taken.amount
    FROM taken WHERE taken.id = held.id;
    RETURN NULL;
END $$;
CREATE TRIGGER claims_unstacked AFTER UPDATE ON assistance_paymentclaim
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_claims_unstacked();

-- What the claims of two registrations come to, counted anew: for a merge and its undoing.
CREATE FUNCTION assistance_restack(humans bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM assistance_stackedscheme) THEN RETURN; END IF;
    DELETE FROM assistance_stackingbalance WHERE human_id = ANY(humans);
    INSERT INTO assistance_stackingbalance
        (code, human_id, year, count, amount, count_limit, amount_limit)
    SELECT terms.code, holder.id, claim.year,
           count(*) FILTER (WHERE NOT claim.released AND NOT claim.ended),
           coalesce(sum(claim.amount)
               FILTER (WHERE NOT claim.released AND NOT claim.ended), 0),
           CASE terms.rule WHEN 'exclusive' THEN 1 END, terms.per_year
    FROM assistance_paymentclaim AS claim
    JOIN assistance_round AS round ON round.id = claim.round_id
    JOIN assistance_stackedscheme AS stacked ON stacked.version_id = round.version_id
    JOIN assistance_stackinggroup AS terms ON terms.code = stacked.code
     AND terms.since = (SELECT max(since) FROM assistance_stackinggroup AS given
                        WHERE given.code = stacked.code AND given.since <= claim.year)
    LEFT JOIN members_person AS twin
        ON twin.merged_into_id IS NOT NULL AND twin.id = claim.payee_id
    CROSS JOIN LATERAL (SELECT CASE terms.per WHEN 'payee'
        THEN coalesce(twin.merged_into_id, claim.payee_id) ELSE claim.human_id END
    ) AS holder (id)
    WHERE holder.id = ANY(humans)
    GROUP BY terms.code, holder.id, claim.year, terms.rule, terms.per_year;
EXCEPTION WHEN check_violation THEN
    RAISE EXCEPTION '两份登记合在一起，同一年度的同类帮扶就超过了上限；须先追回或终止其中一笔再合并。'
        USING ERRCODE = '23U04';
END $$;
REVOKE EXECUTE ON FUNCTION assistance_restack(bigint[]) FROM PUBLIC;

-- As before, and what both have is counted together, or apart again.
CREATE OR REPLACE FUNCTION assistance_humans_united() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    former bigint := coalesce(OLD.merged_into_id, OLD.id);
    human bigint := coalesce(NEW.merged_into_id, NEW.id);
    twice text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('assistance_humans'));
    SELECT min(period.title) INTO twice
    FROM assistance_paymentclaim AS moving
    JOIN assistance_paymentclaim AS standing
        ON standing.human_id = human AND standing.scheme_id = moving.scheme_id
       AND standing.occurrence = moving.occurrence
       AND NOT standing.released AND NOT standing.ended
    JOIN assistance_round AS round ON round.id = moving.round_id
    JOIN assistance_period AS period ON period.id = round.period_id
    WHERE moving.human_id = former AND NOT moving.released AND NOT moving.ended
      AND NEW.id = CASE moving.subject_kind
              WHEN 'person' THEN moving.subject_id ELSE moving.payee_id END;
    IF twice IS NOT NULL THEN
        RAISE EXCEPTION '两份登记在同一方案、同一期次都已安排发放（“%”），须先追回或终止其中一笔再合并。', twice
            USING ERRCODE = '23U03';
    END IF;
    UPDATE assistance_paymentclaim AS moving SET human_id = human
    WHERE moving.human_id = former
      AND NEW.id = CASE moving.subject_kind
              WHEN 'person' THEN moving.subject_id ELSE moving.payee_id END;
    PERFORM assistance_restack(ARRAY[former, human]);
    RETURN NULL;
END $$;
