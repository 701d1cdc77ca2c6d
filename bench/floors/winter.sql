-- The floors of P19 that are no row of their own.
-- name: sign
UPDATE assistance_batch SET state = %(to)s
WHERE round_id = %(round)s AND state = %(from)s;
-- name: send
UPDATE assistance_payment SET state = 'instructed', instructed_on = %(on)s
WHERE year = %(year)s AND state = 'planned';
-- name: report
SELECT claim.organisation_id, payment.state, count(*), sum(payment.amount)
FROM assistance_payment AS payment
JOIN assistance_paymentclaim AS claim ON claim.id = payment.claim_id
WHERE payment.year = %(year)s AND claim.round_id = %(round)s
GROUP BY 1, 2;
