-- A claim is for one human, whatever registration it was made under: merged
-- registrations are one (members_person.merged_into_id).
ALTER TABLE assistance_paymentclaim DISABLE TRIGGER claim_changed;
UPDATE assistance_paymentclaim AS claim
SET human_id = coalesce(
        (SELECT twin.merged_into_id FROM members_person AS twin
         WHERE twin.id = claim.payee_id), claim.payee_id),
    ended = EXISTS (
        SELECT FROM assistance_payment AS payment
        WHERE payment.year = claim.year AND payment.claim_id = claim.id
          AND payment.state = 'ended');
ALTER TABLE assistance_paymentclaim ENABLE TRIGGER claim_changed;
ALTER TABLE assistance_paymentclaim ALTER COLUMN human_id SET NOT NULL;

-- Whoever writes claims and whoever unites two registrations wait for each other: taken
-- before the first row, shared by any number of releases, alone by a merge.
CREATE FUNCTION assistance_claims_wait() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('assistance_humans'));
    RETURN NULL;
END $$;
CREATE TRIGGER claim_waits BEFORE INSERT OR UPDATE ON assistance_paymentclaim
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_claims_wait();

-- The human follows from subject, payee and merges; nobody writes another.
CREATE FUNCTION assistance_claim_names_its_human() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE wrong bigint;
BEGIN
    SELECT count(*) INTO wrong
    FROM after_rows AS claim
    LEFT JOIN members_person AS twin
        ON twin.merged_into_id IS NOT NULL
       AND twin.id = CASE claim.subject_kind
               WHEN 'person' THEN claim.subject_id ELSE claim.payee_id END
    WHERE claim.human_id <> coalesce(twin.merged_into_id, CASE claim.subject_kind
        WHEN 'person' THEN claim.subject_id ELSE claim.payee_id END);
    IF wrong > 0 THEN
        RAISE EXCEPTION '发放权登记的受助人与对象不符' USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER claim_added AFTER INSERT ON assistance_paymentclaim
    REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_claim_names_its_human();
CREATE TRIGGER claim_human_changed AFTER UPDATE ON assistance_paymentclaim
    REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_claim_names_its_human();

CREATE OR REPLACE FUNCTION assistance_claim_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE wrong bigint;
BEGIN
    SELECT count(*) INTO wrong
    FROM before_rows AS o LEFT JOIN after_rows AS n ON n.id = o.id
    WHERE n.id IS NULL
       OR (to_jsonb(n) - ARRAY['released', 'ended', 'human_id'])
           <> (to_jsonb(o) - ARRAY['released', 'ended', 'human_id'])
       OR (o.released AND NOT n.released) OR (o.ended AND NOT n.ended);
    IF wrong > 0 THEN
        RAISE EXCEPTION '发放权只能撤下，不能修改' USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;

-- A merge takes the claims of the duplicate to the human it leads to, its undoing takes
-- them back. What was granted to both keeps the two apart.
CREATE FUNCTION assistance_humans_united() RETURNS trigger
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
CREATE TRIGGER person_united AFTER UPDATE ON members_person FOR EACH ROW
    WHEN (OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id)
    EXECUTE FUNCTION assistance_humans_united();
