DROP TRIGGER person_united ON members_person;
DROP FUNCTION assistance_humans_united();
DROP TRIGGER claim_human_changed ON assistance_paymentclaim;
DROP TRIGGER claim_added ON assistance_paymentclaim;
DROP FUNCTION assistance_claim_names_its_human();
DROP TRIGGER claim_waits ON assistance_paymentclaim;
DROP FUNCTION assistance_claims_wait();
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
