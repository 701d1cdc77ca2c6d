-- The floor of P7: the bank's answers, as a database engineer would apply them by hand,
-- with the same constraints, guards and end: payments moved, workers told once each, one
-- entry a batch and event on the books, batches counted and settled. `answer` holds the
-- lines, copied, unique by reference.
UPDATE assistance_payment AS payment
SET state = CASE WHEN answer.is_paid THEN 'paid' ELSE 'returned' END,
    reason_code = answer.reason_code, settled_on = %(on)s
FROM answer
WHERE payment.year = %(year)s AND payment.reference = answer.reference
  AND payment.amount = answer.amount AND payment.state = 'instructed';

INSERT INTO core_message (key, person_id, about_kind, about_id, organisation_id, context,
    template, state, text, reason, attempt_count)
SELECT CASE WHEN answer.is_paid THEN 'paid:' ELSE 'returned:' END || payment.id,
    claim.payee_id, 'assistance.determination', claim.determination_id,
    claim.organisation_id, jsonb_build_object('union', organisation.short_name),
    CASE WHEN answer.is_paid THEN 'assistance/notices/paid.txt'
        ELSE 'assistance/notices/returned.txt' END, 'queued', '', '', 0
FROM answer
JOIN assistance_payment AS payment
    ON payment.year = %(year)s AND payment.reference = answer.reference
JOIN assistance_paymentclaim AS claim ON claim.id = payment.claim_id
JOIN members_organisation AS organisation ON organisation.id = claim.organisation_id
ON CONFLICT (key) DO NOTHING;

CREATE TEMPORARY TABLE came_to ON COMMIT DROP AS
SELECT payment.batch_id, payment.source_id, answer.is_paid, count(*) AS lines,
    sum(payment.amount) AS amount
FROM answer
JOIN assistance_payment AS payment
    ON payment.year = %(year)s AND payment.reference = answer.reference
GROUP BY 1, 2, 3;

INSERT INTO assistance_entry (kind, "on", key, document, batch_id, made_by)
SELECT DISTINCT CASE WHEN is_paid THEN 'spend' ELSE 'release' END, %(on)s::date,
    CASE WHEN is_paid THEN 'pay:' ELSE 'return:' END || 'floor:' || batch_id,
    'floor', batch_id, 'floor'
FROM came_to;

INSERT INTO assistance_posting (entry_id, account_id, amount)
SELECT entry.id, account.id,
    CASE account.kind WHEN 'committed' THEN -came_to.amount ELSE came_to.amount END
FROM came_to
JOIN assistance_batch AS batch ON batch.id = came_to.batch_id
JOIN assistance_entry AS entry ON entry.batch_id = batch.id
    AND entry.kind = CASE WHEN came_to.is_paid THEN 'spend' ELSE 'release' END
JOIN assistance_account AS account
    ON account.organisation_id = batch.organisation_id
   AND account.source_id = came_to.source_id
   AND account.kind IN
       ('committed', CASE WHEN came_to.is_paid THEN 'spent' ELSE 'available' END)
ORDER BY entry.id, account.id;

UPDATE assistance_batch AS batch
SET paid_count = sums.paid, paid_total = sums.paid_amount, returned_count = sums.back,
    returned_total = sums.back_amount, state = 'settled', settled_on = %(on)s
FROM (
    SELECT batch_id, coalesce(sum(lines) FILTER (WHERE is_paid), 0) AS paid,
        coalesce(sum(amount) FILTER (WHERE is_paid), 0) AS paid_amount,
        coalesce(sum(lines) FILTER (WHERE NOT is_paid), 0) AS back,
        coalesce(sum(amount) FILTER (WHERE NOT is_paid), 0) AS back_amount
    FROM came_to GROUP BY batch_id
) AS sums
WHERE batch.id = sums.batch_id;
