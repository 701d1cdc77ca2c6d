-- Whoever signed a list, or was stood in for, does not verify it afterwards.
CREATE FUNCTION assistance_verifier_did_not_sign() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM assistance_sampleitem AS item
        JOIN assistance_signatureperson AS person ON person.batch_id = item.batch_id
        WHERE item.id = NEW.item_id AND person.user_id = NEW.verifier_id
    ) THEN
        RAISE EXCEPTION '在这个批次上签过字的人不能核查它；请退还，由他人领取。'
            USING ERRCODE = '23U03';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER verifier_did_not_sign BEFORE INSERT ON assistance_verificationcall
    FOR EACH ROW EXECUTE FUNCTION assistance_verifier_did_not_sign();
