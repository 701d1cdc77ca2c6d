-- A province of households, set-wise: as many dossiers as asked for over its counties.
-- Everybody has the same sealed number: opening it costs what another one would.
INSERT INTO members_standard
    (kind, division_id, residence, amount, valid_from, valid_to, document)
SELECT 'subsistence_line', division.code, residence, amount, '2024-01-01', NULL, '基准'
FROM members_division AS division,
    (VALUES ('urban', 780.00), ('rural', 650.00)) AS line (residence, amount)
WHERE division.code LIKE '35%%' AND division.level = 'county';

CREATE TEMPORARY TABLE place AS
SELECT organisation.id AS organisation_id, organisation.division_id,
    row_number() OVER (ORDER BY organisation.path) - 1 AS place_number,
    count(*) OVER () AS place_count
FROM members_organisation AS organisation
WHERE organisation.level = 'county' AND organisation.division_id LIKE '35%%'
ORDER BY organisation.path LIMIT %(counties)s;
UPDATE place SET place_count = (SELECT count(*) FROM place);

INSERT INTO members_person (name, name_pinyin, name_initials, id_number,
    id_number_index, birth_date, sex, phone, phone_index, organisation_id, division_id)
SELECT '困难职工' || n, 'kunnanzhigong', 'knzg', %(id_number)s, md5('person' || n),
    date '1960-01-01' + n %% 15000, CASE n %% 2 WHEN 0 THEN 'male' ELSE 'female' END,
    NULL, '', place.organisation_id, place.division_id
FROM generate_series(1, %(rows)s) AS n
JOIN place ON place.place_number = n %% place.place_count;

-- Eight in nine have a card that was verified.
INSERT INTO members_bankaccount (person_id, version, bank_name, number, number_index,
    number_last4, holder_name, state, created_by_name, stopped_by_name, stop_reason)
SELECT id, 1, '工商银行', %(card)s, md5('card' || id), '4567', name, 'pending', '导入', '', ''
FROM members_person WHERE id %% 9 <> 0;
UPDATE members_bankaccount SET state = 'verified', verified_at = now(),
    verified_by_id = %(verifier)s;

-- Incomes from none to about twice the line, some not yet known; a few second homes.
INSERT INTO assistance_householddossier (number, organisation_id, keeper_id,
    division_id, principal_id, state, hardship_class, file_level, file_kind, residence,
    main_cause, other_causes, household_size, homes_count, has_vehicle, address,
    wage_income, business_income, property_income, transfer_income, other_income,
    illness_cost, disability_cost, schooling_cost, housing_cost, employment_cost,
    other_rigid_cost, applied_on, approved_on, rechecked_on, exit_reason)
SELECT '35' || person.id, person.organisation_id, person.organisation_id,
    person.division_id, person.id, 'on_file',
    (ARRAY['deep', 'relative', 'accidental'])[1 + person.id %% 3],
    'provincial', 'existing', CASE person.id %% 4 WHEN 0 THEN 'rural' ELSE 'urban' END,
    'illness', ARRAY[]::varchar[], 1 + person.id %% 5,
    CASE WHEN person.id %% 31 = 0 THEN 2 WHEN person.id %% 97 = 0 THEN NULL ELSE 1 END,
    CASE WHEN person.id %% 89 = 0 THEN NULL ELSE person.id %% 43 = 0 END, '',
    CASE WHEN person.id %% 101 = 0 THEN NULL ELSE (person.id * 7919 %% 6000000) / 100.0 END,
    (person.id %% 300) * 10.01, 0, (person.id %% 500) * 3.33, 0,
    (person.id * 104729 %% 2000000) / 100.0, 0, (person.id %% 700) * 4.19, 0, 120.50, 0,
    date '2025-01-02' + (person.id %% 300)::integer, date '2025-11-20',
    date '2024-08-01' + (person.id %% 480)::integer, ''
FROM members_person AS person;

DROP TABLE place;
