-- Batches that are at the bank when this arrives: what they still hold reserved for
-- lines that were sent becomes committed, by one entry a batch, as an action would do.
INSERT INTO assistance_account (organisation_id, source_id, kind, balance)
SELECT DISTINCT organisation_id, source_id, 'committed', 0
FROM assistance_account
ON CONFLICT DO NOTHING;

CREATE TEMPORARY TABLE at_bank ON COMMIT DROP AS
SELECT batch.id AS batch_id, batch.number, batch.organisation_id, batch.instructed_on,
       payment.source_id, sum(payment.amount) AS amount
FROM assistance_batch AS batch
JOIN assistance_round AS round ON round.id = batch.round_id
JOIN assistance_payment AS payment
    ON payment.batch_id = batch.id AND payment.year = round.year
   AND payment.state IN ('instructed', 'in_doubt')
WHERE batch.state = 'instructed'
GROUP BY batch.id, payment.source_id;

INSERT INTO assistance_entry (kind, "on", key, document, batch_id, made_by)
SELECT DISTINCT 'commit', instructed_on, 'commit:' || number,
       '批次 ' || number || ' 送银行', batch_id, '系统'
FROM at_bank;

INSERT INTO assistance_posting (entry_id, account_id, amount)
SELECT entry.id, account.id,
       CASE account.kind WHEN 'reserved' THEN -at_bank.amount ELSE at_bank.amount END
FROM at_bank
JOIN assistance_entry AS entry ON entry.key = 'commit:' || at_bank.number
JOIN assistance_account AS account
    ON account.organisation_id = at_bank.organisation_id
   AND account.source_id = at_bank.source_id
   AND account.kind IN ('reserved', 'committed')
ORDER BY entry.id, account.id;

SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
DROP TABLE at_bank;
