-- What the database itself refuses, whoever writes. Messages are shown to people.

-- Determinations: replaceable until the notice, then only superseded.
CREATE FUNCTION assistance_determination_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM (SELECT round_id, bool_or(supersedes IS NULL) AS fresh
              FROM added GROUP BY round_id) AS touched
        JOIN assistance_round AS round ON round.id = touched.round_id
        WHERE (touched.fresh AND round.state NOT IN ('opened', 'computed'))
           OR round.state IN ('closed', 'cancelled')
    ) THEN
        RAISE EXCEPTION '名单已公示或已生成批次，不能再写入认定'
            USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER determination_added AFTER INSERT ON assistance_determination
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_determination_added();

CREATE FUNCTION assistance_determination_removed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM (SELECT DISTINCT round_id FROM removed) AS touched
        JOIN assistance_round AS round ON round.id = touched.round_id
        WHERE round.state NOT IN ('opened', 'computed')
    ) THEN
        RAISE EXCEPTION '名单已公示或已生成批次，不能删除认定'
            USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER determination_removed AFTER DELETE ON assistance_determination
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_determination_removed();

CREATE FUNCTION assistance_determination_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM before_rows AS o
        JOIN after_rows AS n ON n.id = o.id
        JOIN assistance_round AS round ON round.id = o.round_id
        WHERE (round.state NOT IN ('opened', 'computed')
               AND (to_jsonb(n) - 'superseded_by') <> (to_jsonb(o) - 'superseded_by'))
           OR (o.superseded_by IS NOT NULL
               AND n.superseded_by IS DISTINCT FROM o.superseded_by)
    ) OR (SELECT count(*) FROM before_rows) <> (
        SELECT count(*) FROM before_rows AS o JOIN after_rows AS n ON n.id = o.id
    ) THEN
        RAISE EXCEPTION '名单已公示或已生成批次，认定不能修改，只能另作新的认定'
            USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER determination_changed AFTER UPDATE ON assistance_determination
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_determination_changed();

-- Payments: the state guard and the frozen columns come from the workflow table
-- (bulk_state_guard_sql in the migration); here only that they are never deleted.
CREATE FUNCTION assistance_keep() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '发放记录不能删除' USING ERRCODE = '23U03';
END $$;
CREATE TRIGGER payment_kept BEFORE DELETE ON assistance_payment
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_keep();
CREATE TRIGGER claim_kept BEFORE DELETE ON assistance_paymentclaim
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_keep();

CREATE FUNCTION assistance_claim_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM before_rows AS o LEFT JOIN after_rows AS n ON n.id = o.id
        WHERE n.id IS NULL
           OR (to_jsonb(n) - 'released') <> (to_jsonb(o) - 'released')
           OR (o.released AND NOT n.released)
    ) THEN
        RAISE EXCEPTION '发放权只能撤下，不能修改' USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER claim_changed AFTER UPDATE ON assistance_paymentclaim
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_claim_changed();

-- Books: a posting moves its account's balance in the same statement; the CHECK on the
-- balance is the refusal of an overspend, and the row lock that the update takes is the
-- queue in which two approvals wait for each other. Accounts are taken in id order.
CREATE FUNCTION assistance_posting_moves_balance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM assistance_account
        WHERE id IN (SELECT account_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    UPDATE assistance_account AS account
        SET balance = account.balance + moved.amount
        FROM (SELECT account_id, sum(amount) AS amount FROM added GROUP BY account_id)
            AS moved
        WHERE account.id = moved.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_moves_balance AFTER INSERT ON assistance_posting
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_posting_moves_balance();

CREATE FUNCTION assistance_account_opens_empty() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.balance <> 0 THEN
        RAISE EXCEPTION '资金账户只能以零余额开立，余额由分录产生'
            USING ERRCODE = '23U03';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_opens_empty BEFORE INSERT ON assistance_account
    FOR EACH ROW EXECUTE FUNCTION assistance_account_opens_empty();

CREATE FUNCTION assistance_entry_balances() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT coalesce(sum(amount), 0) <> 0 OR count(*) < 2
        FROM assistance_posting WHERE entry_id = NEW.id) THEN
        RAISE EXCEPTION '分录 % 借贷不平', NEW.key USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON assistance_entry
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION assistance_entry_balances();

CREATE FUNCTION assistance_posting_balances() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT sum(amount) <> 0 FROM assistance_posting WHERE entry_id = NEW.entry_id) THEN
        RAISE EXCEPTION '分录 % 借贷不平', NEW.entry_id USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER posting_balances AFTER INSERT ON assistance_posting
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION assistance_posting_balances();

-- Separate persons: whoever signs, and whom he stands in for, count once per cycle.
CREATE FUNCTION assistance_signature_persons() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO assistance_signatureperson (batch_id, cycle, user_id, signature_id)
    SELECT DISTINCT NEW.batch_id, NEW.cycle, person, NEW.id
    FROM unnest(ARRAY[NEW.user_id, NEW.principal_id]) AS person
    WHERE person IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER signature_persons AFTER INSERT ON assistance_signature
    FOR EACH ROW EXECUTE FUNCTION assistance_signature_persons();
