-- What P7 starts from: a round's payments at the bank, a hundred batches, money reserved.
-- Nobody's person or account stands behind the lines: neither side reads them.
INSERT INTO assistance_batch (id, number, round_id, organisation_id, kind, sequence, state,
    cycle, digest, line_count, total, paid_count, paid_total, returned_count,
    returned_total, drafted_on)
SELECT place, 'BENCH-' || place, %(round)s, organisation_id, 'main', 1, 'drafted', 1, '',
    count(*), count(*) * 600, 0, 0, 0, 0, %(on)s
FROM generate_series(1, %(rows)s) AS line,
    LATERAL (SELECT 1 + line %% cardinality(%(unions)s::bigint[]) AS place) AS placed,
    LATERAL (SELECT (%(unions)s::bigint[])[place] AS organisation_id) AS paying
GROUP BY place, organisation_id;

INSERT INTO assistance_paymentclaim (id, scheme_id, subject_kind, subject_id, occurrence,
    year, round_id, organisation_id, determination_id, payee_id, human_id,
    amount, released, ended)
SELECT line, %(scheme)s, 'household', line, 'bench', %(year)s, %(round)s,
    batch.organisation_id, line, line, line, 600, false, false
FROM generate_series(1, %(rows)s) AS line
JOIN assistance_batch AS batch
    ON batch.id = 1 + line %% cardinality(%(unions)s::bigint[])
ORDER BY batch.id, line;

INSERT INTO assistance_payment (year, batch_id, claim_id, attempt, source_id, account_id,
    reference, amount)
SELECT claim.year, batch.id, claim.id, 1, %(source)s, claim.id,
    claim.year || lpad(claim.id::text, 10, '0') || '01', claim.amount
FROM assistance_paymentclaim AS claim
JOIN assistance_batch AS batch ON batch.organisation_id = claim.organisation_id
ORDER BY batch.id, claim.id;

INSERT INTO assistance_batchfunding
    (batch_id, source_id, line_count, amount, withdrawn_count, withdrawn_amount)
SELECT id, %(source)s, line_count, total, 0, 0 FROM assistance_batch;

UPDATE assistance_payment SET state = 'instructed', instructed_on = %(on)s
WHERE year = %(year)s;
