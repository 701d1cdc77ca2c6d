-- The floor of P1: winter warmth as a database engineer would write it by hand, into
-- the same table with the same constraints, indexes and guards; outcome, clause, missing
-- fact, amount and the facts seen as JSON; rows of a union together, as the table asks.
INSERT INTO assistance_determination (year, round_id, subject_kind, occurrence,
    organisation_id, subject_id, payee_id, outcome, clause, missing_fact,
    proposed_amount, decided_amount, facts)
SELECT %(year)s, %(round)s, 'household', %(occurrence)s, organisation_id, id,
    principal_id,
    CASE WHEN passed THEN 'eligible' WHEN NOT passed THEN 'ineligible' ELSE 'unknown' END,
    CASE
        WHEN NOT c0 THEN 'already_granted' WHEN NOT c1 THEN 'class_named'
        WHEN NOT c2 THEN 'income_within' WHEN NOT c3 THEN 'no_excluded_property'
        WHEN NOT c4 THEN 'rechecked' WHEN NOT c5 THEN 'account_known'
        WHEN c0 IS NULL THEN 'already_granted' WHEN c1 IS NULL THEN 'class_named'
        WHEN c2 IS NULL THEN 'income_within' WHEN c3 IS NULL THEN 'no_excluded_property'
        WHEN c4 IS NULL THEN 'rechecked' WHEN c5 IS NULL THEN 'account_known' ELSE ''
    END,
    CASE
        WHEN passed IS NOT NULL THEN '' WHEN c1 IS NULL THEN 'hardship_class'
        WHEN c2 IS NULL THEN CASE WHEN net IS NULL THEN 'net_income_per_head'
            ELSE 'subsistence_line' END
        WHEN c3 IS NULL THEN CASE WHEN homes_count IS NULL THEN 'homes_count'
            ELSE 'has_vehicle' END
        WHEN c4 IS NULL THEN 'rechecked_on' ELSE 'account_verified'
    END,
    CASE WHEN passed THEN 600.00 END, CASE WHEN passed THEN 600.00 END,
    jsonb_build_object('already_granted', granted, 'hardship_class', hardship_class,
        'net_income_per_head', net::text, 'subsistence_line', line::text,
        'homes_count', homes_count::text, 'has_vehicle', has_vehicle,
        'rechecked_on', rechecked_on, 'as_of', %(as_of)s::date,
        'account_verified', verified)
FROM (
    SELECT *, c0 AND c1 AND c2 AND c3 AND c4 AND c5 AS passed
    FROM (
        SELECT *, granted IS NULL AS c0,
            hardship_class IN ('deep', 'relative', 'accidental') AS c1,
            net <= line * CASE hardship_class WHEN 'deep' THEN 1 WHEN 'relative' THEN 2
                ELSE 3 END AS c2,
            homes_count <= 1 AND NOT has_vehicle AS c3,
            rechecked_on + interval '1 year' > %(as_of)s::date AS c4,
            verified AS c5
        FROM (
            SELECT dossier.id, dossier.organisation_id, dossier.principal_id,
                dossier.hardship_class, dossier.homes_count, dossier.has_vehicle,
                dossier.rechecked_on, standard.amount AS line,
                CASE WHEN account.id IS NOT NULL THEN true END AS verified,
                claim.organisation_id::text AS granted,
                trim_scale(round(round(wage_income + business_income + property_income
                    + transfer_income + other_income - illness_cost - disability_cost
                    - schooling_cost - housing_cost - employment_cost
                    - other_rigid_cost, 30) / (household_size * 12), 12)) AS net
            FROM assistance_householddossier AS dossier
            JOIN members_organisation AS organisation
                ON organisation.id = dossier.organisation_id
            LEFT JOIN members_standard AS standard
                ON standard.division_id = dossier.division_id
                AND standard.residence = dossier.residence
                AND standard.kind = 'subsistence_line'
                AND standard.valid_from <= dossier.applied_on
                AND (standard.valid_to IS NULL
                    OR standard.valid_to >= dossier.applied_on)
            LEFT JOIN members_bankaccount AS account
                ON account.person_id = dossier.principal_id
                AND account.state = 'verified'
            LEFT JOIN assistance_paymentclaim AS claim
                ON claim.subject_kind = 'household' AND claim.subject_id = dossier.id
                AND claim.scheme_id = %(scheme)s AND claim.occurrence = %(occurrence)s
                AND NOT claim.released
            WHERE dossier.state = 'on_file' AND dossier.approved_on <= %(as_of)s
                AND organisation.path >= %(path)s AND organisation.path < %(path)s || '~'
            OFFSET 0  -- each value once, as fast as it gets
        ) AS seen
        OFFSET 0
    ) AS judged
) AS decided
ORDER BY organisation_id, id
