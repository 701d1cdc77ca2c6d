DROP INDEX payment_one_live;
ALTER TABLE assistance_payment DROP COLUMN is_live;
CREATE UNIQUE INDEX payment_one_live ON assistance_payment (year, claim_id)
    WHERE state IN ('planned', 'held', 'instructed', 'in_doubt', 'paid');
