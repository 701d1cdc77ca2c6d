-- Determinations and payments: partitioned by year, without per-row foreign keys.
CREATE SEQUENCE assistance_determination_id_seq AS bigint;

CREATE TABLE assistance_determination (
    id bigint NOT NULL DEFAULT nextval('assistance_determination_id_seq'),
    year smallint NOT NULL,
    round_id bigint NOT NULL,
    organisation_id bigint NOT NULL,
    subject_kind varchar(12) NOT NULL,
    subject_id bigint NOT NULL,
    occurrence varchar(40) NOT NULL,
    payee_id bigint,
    outcome varchar(10) NOT NULL,
    clause varchar(40) NOT NULL DEFAULT '',
    missing_fact varchar(40) NOT NULL DEFAULT '',
    proposed_amount numeric(14, 2),
    decided_amount numeric(14, 2),
    deviation_reason varchar(200) NOT NULL DEFAULT '',
    deviation_by bigint,
    facts jsonb NOT NULL,
    supersedes bigint,
    superseded_by bigint,
    CONSTRAINT determination_pkey PRIMARY KEY (id, year),
    CONSTRAINT determination_has_one_reason CHECK (
        CASE outcome
            WHEN 'eligible' THEN clause = '' AND missing_fact = ''
                AND proposed_amount > 0 AND decided_amount > 0 AND payee_id IS NOT NULL
            WHEN 'ineligible' THEN clause <> '' AND missing_fact = ''
                AND decided_amount IS NULL
            WHEN 'unknown' THEN missing_fact <> '' AND decided_amount IS NULL
            ELSE false
        END
    ),
    CONSTRAINT determination_deviation_is_reasoned CHECK (
        decided_amount IS NOT DISTINCT FROM proposed_amount
        OR outcome = 'ineligible'
        OR (deviation_reason <> '' AND deviation_by IS NOT NULL)
    )
) PARTITION BY LIST (year);
ALTER SEQUENCE assistance_determination_id_seq OWNED BY assistance_determination.id;

-- One current determination per subject and round.
CREATE UNIQUE INDEX determination_one_current
    ON assistance_determination (year, round_id, subject_kind, subject_id)
    WHERE superseded_by IS NULL;
-- Rows of a union lie together, because the computation writes them in that order.
CREATE INDEX determination_of_union
    ON assistance_determination USING brin (round_id, organisation_id);

CREATE SEQUENCE assistance_payment_id_seq AS bigint;

CREATE TABLE assistance_payment (
    id bigint NOT NULL DEFAULT nextval('assistance_payment_id_seq'),
    year smallint NOT NULL,
    batch_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    attempt smallint NOT NULL CHECK (attempt >= 1),
    source_id bigint NOT NULL,
    account_id bigint NOT NULL,
    reference varchar(32) NOT NULL,
    amount numeric(14, 2) NOT NULL CHECK (amount > 0),
    state varchar(10) NOT NULL DEFAULT 'planned',
    reason_code varchar(24) NOT NULL DEFAULT '',
    end_reason varchar(12) NOT NULL DEFAULT '',
    instructed_on date,
    settled_on date,
    CONSTRAINT payment_pkey PRIMARY KEY (id, year),
    CONSTRAINT payment_state_has_its_dates CHECK (
        CASE
            WHEN state IN ('planned', 'held', 'withdrawn') THEN
                instructed_on IS NULL AND settled_on IS NULL
            WHEN state IN ('instructed', 'in_doubt') THEN
                instructed_on IS NOT NULL AND settled_on IS NULL
            ELSE instructed_on IS NOT NULL AND settled_on IS NOT NULL
        END
    ),
    CONSTRAINT payment_returned_with_reason CHECK (
        (state IN ('returned', 'ended')) = (reason_code <> '')
    ),
    CONSTRAINT payment_ended_with_reason CHECK ((state = 'ended') = (end_reason <> ''))
) PARTITION BY LIST (year);
ALTER SEQUENCE assistance_payment_id_seq OWNED BY assistance_payment.id;

CREATE UNIQUE INDEX payment_reference ON assistance_payment (year, reference);
CREATE UNIQUE INDEX payment_attempt ON assistance_payment (year, claim_id, attempt);
CREATE UNIQUE INDEX payment_one_live ON assistance_payment (year, claim_id)
    WHERE state IN ('planned', 'held', 'instructed', 'in_doubt', 'paid');
CREATE INDEX payment_of_batch ON assistance_payment (batch_id, id);

-- Opening a round of a new year needs its partitions; the role that runs the portal
-- may not create tables, so the owner lends it this one verb.
CREATE FUNCTION assistance_ensure_year(wanted integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE parent text;
BEGIN
    IF wanted NOT BETWEEN 1990 AND 2200 THEN
        RAISE EXCEPTION '年度 % 超出范围', wanted USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('assistance_ensure_year'));
    FOREACH parent IN ARRAY ARRAY['assistance_determination', 'assistance_payment'] LOOP
        IF to_regclass(format('public.%I', parent || '_' || wanted)) IS NULL THEN
            -- Room on each page lets a payment change its state in place (HOT).
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES IN (%s) WITH (fillfactor = %s)',
                parent || '_' || wanted, parent, wanted,
                CASE parent WHEN 'assistance_payment' THEN 70 ELSE 100 END
            );
        END IF;
    END LOOP;
END $$;
