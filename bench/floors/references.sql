-- Every reference of a round's answers, by one anti-join each, in one statement.
-- name: check
SELECT count(*)
FROM assistance_determination AS answer
LEFT JOIN assistance_round AS round ON round.id = answer.round_id
LEFT JOIN members_organisation AS organisation ON organisation.id = answer.organisation_id
LEFT JOIN assistance_householddossier AS dossier ON dossier.id = answer.subject_id
LEFT JOIN members_person AS person ON person.id = answer.payee_id
WHERE answer.year = %(year)s AND answer.round_id = %(round)s
  AND (round.id IS NULL OR organisation.id IS NULL OR dossier.id IS NULL
       OR (answer.payee_id IS NOT NULL AND person.id IS NULL))
