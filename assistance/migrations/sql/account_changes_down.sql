DROP INDEX payment_held;
DO $$
DECLARE holder regclass;
BEGIN
    FOR holder IN
        SELECT conrelid::regclass FROM pg_constraint
        WHERE conname = 'payment_returned_with_reason' AND coninhcount = 0
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT payment_returned_with_reason', holder);
        EXECUTE format($rule$ALTER TABLE %s ADD CONSTRAINT payment_returned_with_reason
            CHECK ((state IN ('returned', 'ended')) = (reason_code <> ''))$rule$, holder);
    END LOOP;
END $$;
