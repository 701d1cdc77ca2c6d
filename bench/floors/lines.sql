-- What the floors of P4 and P6 copy out: the lines of a batch, numbers still sealed.
-- name: bank
COPY (
    SELECT payment.reference, encode(account.number, 'hex'), account.holder_name,
        account.bank_name, payment.amount
    FROM assistance_payment AS payment
    JOIN members_bankaccount AS account ON account.id = payment.account_id
    WHERE payment.year = {year} AND payment.batch_id = {batch}
    ORDER BY payment.id
) TO STDOUT
-- name: bare
COPY (
    SELECT payment.reference, account.number_last4, account.holder_name,
        account.bank_name, payment.amount
    FROM assistance_payment AS payment
    JOIN members_bankaccount AS account ON account.id = payment.account_id
    WHERE payment.year = {year} AND payment.batch_id = {batch}
    ORDER BY payment.id
) TO STDOUT
-- name: sheet
COPY (
    SELECT payment.reference, person.name, dossier.number, encode(person.id_number, 'hex'),
        account.bank_name, account.number_last4, payment.amount, source.name,
        payment.state, payment.settled_on
    FROM assistance_payment AS payment
    JOIN assistance_paymentclaim AS claim ON claim.id = payment.claim_id
    JOIN members_person AS person ON person.id = claim.payee_id
    JOIN assistance_householddossier AS dossier ON dossier.id = claim.subject_id
    JOIN members_bankaccount AS account ON account.id = payment.account_id
    JOIN assistance_fundsource AS source ON source.id = payment.source_id
    WHERE payment.year = {year} AND payment.batch_id = {batch}
    ORDER BY payment.id
) TO STDOUT
