-- The floors of P9: a page of a list as JSON made by the database itself.
-- name: determinations
SELECT coalesce(json_agg(page), '[]')::text FROM (
    SELECT answer.id, answer.year, organisation.code AS organisation,
        answer.subject_kind, answer.subject_id, answer.occurrence, answer.outcome,
        answer.clause, answer.missing_fact,
        CASE answer.outcome WHEN 'ineligible' THEN %(words)s::jsonb ->> answer.clause
            WHEN 'unknown' THEN %(words)s::jsonb ->> answer.missing_fact
            ELSE '' END AS reason,
        answer.proposed_amount::text, answer.decided_amount::text,
        answer.deviation_reason, answer.supersedes, answer.superseded_by, answer.facts
    FROM assistance_determination AS answer
    JOIN members_organisation AS organisation ON organisation.id = answer.organisation_id
    WHERE answer.year = %(year)s AND answer.round_id = %(round)s
      AND organisation.path >= %(path)s AND organisation.path < %(path)s || '~'
    ORDER BY answer.id LIMIT %(size)s
) AS page
-- name: payments
SELECT coalesce(json_agg(page), '[]')::text FROM (
    SELECT payment.id, payment.year, batch.number AS batch,
        organisation.code AS organisation, claim.subject_kind, claim.subject_id,
        claim.determination_id AS determination, payment.attempt,
        source.code AS fund_source, account.number_last4 AS account_last4,
        payment.reference, payment.amount::text, payment.state, payment.reason_code,
        '' AS reason, payment.end_reason, payment.instructed_on, payment.settled_on
    FROM assistance_payment AS payment
    JOIN assistance_batch AS batch ON batch.id = payment.batch_id
    JOIN members_organisation AS organisation ON organisation.id = batch.organisation_id
    JOIN assistance_paymentclaim AS claim ON claim.id = payment.claim_id
    JOIN assistance_fundsource AS source ON source.id = payment.source_id
    JOIN members_bankaccount AS account ON account.id = payment.account_id
    WHERE payment.year = %(year)s AND batch.round_id = %(round)s
      AND organisation.path >= %(path)s AND organisation.path < %(path)s || '~'
    ORDER BY payment.id LIMIT %(size)s
) AS page
