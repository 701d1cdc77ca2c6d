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
    RETURN NULL;
END $$;
DROP FUNCTION assistance_restack(bigint[]);
DROP TRIGGER claims_unstacked ON assistance_paymentclaim;
DROP FUNCTION assistance_claims_unstacked();
DROP TRIGGER claims_stacked ON assistance_paymentclaim;
DROP FUNCTION assistance_claims_stacked();
DROP FUNCTION assistance_beyond_stacking();
DROP TRIGGER balance_is_ours ON assistance_stackingbalance;
DROP FUNCTION assistance_balance_is_ours();
