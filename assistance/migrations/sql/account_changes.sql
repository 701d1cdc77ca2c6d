-- A payment that a changed account holds says so, beside those that came back. Years that
-- were detached keep the same rule, so that they can be attached again.
DO $$
DECLARE holder regclass;
BEGIN
    FOR holder IN
        SELECT conrelid::regclass FROM pg_constraint
        WHERE conname = 'payment_returned_with_reason' AND coninhcount = 0
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT payment_returned_with_reason', holder);
        EXECUTE format($rule$ALTER TABLE %s ADD CONSTRAINT payment_returned_with_reason
            CHECK ((state IN ('returned', 'ended')) = (reason_code <> '')
                OR (state = 'held' AND reason_code = 'account_changed'))$rule$, holder);
    END LOOP;
END $$;

CREATE INDEX payment_held ON assistance_payment (claim_id) WHERE state = 'held';
