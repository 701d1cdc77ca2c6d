-- The floor of P2: a round frozen as a database engineer would do it by hand, into the
-- same tables with the same constraints, indexes and guards: every reference checked by
-- one anti-join, a claim and a payment a line, a batch a union with the digest of its
-- list. One source bears everything; nobody under doubt is looked for.
CREATE TEMPORARY TABLE frozen ON COMMIT DROP AS
SELECT answer.id AS determination_id, answer.organisation_id, answer.subject_kind,
    answer.subject_id, answer.occurrence, answer.payee_id, answer.decided_amount AS amount,
    account.id AS account_id,
    nextval(pg_get_serial_sequence('assistance_paymentclaim', 'id')) AS claim_id
FROM assistance_determination AS answer
JOIN members_bankaccount AS account
    ON account.person_id = answer.payee_id AND account.state = 'verified'
WHERE answer.year = %(year)s AND answer.round_id = %(round)s
  AND answer.outcome = 'eligible' AND answer.superseded_by IS NULL
ORDER BY answer.organisation_id, answer.id;
ANALYZE frozen;

SELECT 1 / (count(*) = 0)::int  -- a lost reference ends it here
FROM frozen
LEFT JOIN assistance_householddossier AS dossier ON dossier.id = frozen.subject_id
LEFT JOIN members_organisation AS organisation ON organisation.id = frozen.organisation_id
LEFT JOIN members_person AS person ON person.id = frozen.payee_id
WHERE dossier.id IS NULL OR organisation.id IS NULL OR person.id IS NULL;

INSERT INTO assistance_paymentclaim (id, scheme_id, subject_kind, subject_id, occurrence,
    year, round_id, organisation_id, determination_id, payee_id, human_id,
    amount, released, ended)
SELECT claim_id, %(scheme)s, subject_kind, subject_id, occurrence, %(year)s, %(round)s,
    organisation_id, determination_id, payee_id, payee_id, amount, false, false
FROM frozen ORDER BY claim_id;

CREATE TEMPORARY TABLE fresh ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('assistance_batch', 'id')) AS id, organisation_id
FROM (SELECT DISTINCT organisation_id FROM frozen ORDER BY 1) AS unions;

INSERT INTO assistance_payment (year, batch_id, claim_id, attempt, source_id, account_id,
    reference, amount)
SELECT %(year)s, fresh.id, frozen.claim_id, 1, %(source)s, frozen.account_id,
    %(year)s || lpad(frozen.claim_id::text, 10, '0') || '01', frozen.amount
FROM frozen JOIN fresh ON fresh.organisation_id = frozen.organisation_id
ORDER BY fresh.id, frozen.claim_id;

INSERT INTO assistance_batch (id, number, round_id, organisation_id, kind, sequence,
    state, cycle, digest, line_count, total, paid_count, paid_total, returned_count,
    returned_total, drafted_on)
SELECT fresh.id, 'BENCH-' || fresh.id, %(round)s, fresh.organisation_id, 'main', 1,
    'drafted', 1, summed.digest, summed.lines, summed.total, 0, 0, 0, 0, %(on)s
FROM fresh
JOIN (
    SELECT batch_id, count(*) AS lines, sum(amount) AS total,
        encode(sha256(convert_to(string_agg(concat_ws('|', reference, claim_id,
            account_id, source_id, amount), E'\n' ORDER BY id), 'UTF8')), 'hex') AS digest
    FROM assistance_payment WHERE year = %(year)s GROUP BY batch_id
) AS summed ON summed.batch_id = fresh.id;

INSERT INTO assistance_batchfunding
    (batch_id, source_id, line_count, amount, withdrawn_count, withdrawn_amount)
SELECT id, %(source)s, line_count, total, 0, 0
FROM assistance_batch WHERE round_id = %(round)s;

UPDATE assistance_round SET state = 'released', released_on = %(on)s
WHERE id = %(round)s;
