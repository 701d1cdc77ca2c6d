-- What P3 starts from: batches that wait for their approver, lists of one given length.
INSERT INTO assistance_batch (number, round_id, organisation_id, kind, sequence, state,
    cycle, digest, line_count, total, paid_count, paid_total, returned_count,
    returned_total, drafted_on)
SELECT 'B-' || %(size)s || '-' || place, %(round)s, %(union)s, 'main',
    place + (SELECT coalesce(max(sequence), 0) FROM assistance_batch), 'drafted', 1,
    md5(place::text), %(size)s, %(size)s * 0.01, 0, 0, 0, 0, %(on)s
FROM generate_series(1, %(count)s) AS place;

INSERT INTO assistance_payment (year, batch_id, claim_id, attempt, source_id, account_id,
    reference, amount)
SELECT %(year)s, batch.id, batch.id * 10000000 + line, 1, %(source)s, line,
    lpad((batch.id * 10000000 + line)::text, 16, '0'), 0.01
FROM assistance_batch AS batch, generate_series(1, %(size)s) AS line
WHERE batch.line_count = %(size)s;

INSERT INTO assistance_batchfunding
    (batch_id, source_id, line_count, amount, withdrawn_count, withdrawn_amount)
SELECT id, %(source)s, line_count, total, 0, 0
FROM assistance_batch WHERE line_count = %(size)s;
