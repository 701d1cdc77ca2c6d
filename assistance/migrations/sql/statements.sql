-- Bank statements: the deposit journal, continuity, matches that add up, closed months.

-- Who was paid by now is known; whose money came back after that, by its message.
UPDATE assistance_payment SET paid_on = settled_on WHERE state = 'paid';
UPDATE assistance_payment AS payment SET paid_on = spent."on"
FROM core_message AS told, (
    SELECT batch_id, min("on") AS "on" FROM assistance_entry
    WHERE kind = 'spend' GROUP BY batch_id
) AS spent
WHERE told.key = 'paid:' || payment.id AND spent.batch_id = payment.batch_id
  AND payment.state IN ('returned', 'ended');

CREATE FUNCTION assistance_paid_on_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '发放的付出日期登记后不能修改' USING ERRCODE = '23U03';
END $$;
CREATE TRIGGER payment_paid_on_stays BEFORE UPDATE OF paid_on ON assistance_payment
    FOR EACH ROW
    WHEN (OLD.paid_on IS NOT NULL AND NEW.paid_on IS DISTINCT FROM OLD.paid_on)
    EXECUTE FUNCTION assistance_paid_on_stays();

-- The deposit journal. A number ends in what it is: a payment out (0), its money back
-- (1), a receipt, transfer, fee or interest (2).
CREATE VIEW assistance_cashmovement AS
SELECT payment.id * 4 + leg.place AS id, batch.organisation_id, leg."on",
       leg.side::varchar(3) AS side, payment.amount::numeric(16, 2) AS amount,
       payment.reference::varchar(32) AS reference,
       ('批次 ' || batch.number)::varchar(200) AS title, payment.batch_id,
       payment.id AS payment_id, NULL::bigint AS posting_id, NULL::date AS void_on
FROM assistance_payment AS payment
JOIN assistance_batch AS batch ON batch.id = payment.batch_id
CROSS JOIN LATERAL (VALUES
    (0, 'out', payment.paid_on),
    (1, 'in', CASE WHEN payment.state IN ('returned', 'ended')
              THEN payment.settled_on END)
) AS leg (place, side, "on")
WHERE payment.paid_on IS NOT NULL AND leg."on" IS NOT NULL
UNION ALL
SELECT posting.id * 4 + 2, account.organisation_id, entry."on",
       CASE WHEN posting.amount > 0 THEN 'in' ELSE 'out' END,
       abs(posting.amount), '', entry.document, NULL, NULL, posting.id,
       CASE WHEN entry.reverses_id IS NOT NULL THEN entry."on" ELSE undone."on" END
FROM assistance_posting AS posting
JOIN assistance_account AS account ON account.id = posting.account_id
JOIN assistance_entry AS entry ON entry.id = posting.entry_id
LEFT JOIN assistance_entry AS undone ON undone.reverses_id = entry.id
WHERE account.kind = 'available' AND entry.batch_id IS NULL;

CREATE SEQUENCE assistance_match_group;

-- Continuity: a statement begins where the one before ended.
CREATE FUNCTION assistance_statement_follows() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE former assistance_bankstatement;
BEGIN
    SELECT * INTO former FROM assistance_bankstatement
    WHERE paying_account_id = NEW.paying_account_id ORDER BY sequence DESC LIMIT 1;
    IF NEW.sequence <> coalesce(former.sequence, 0) + 1
       OR former.id IS NOT NULL AND (NEW.period_from <> former.period_to + 1
                                     OR NEW.opening <> former.closing) THEN
        RAISE EXCEPTION '对账单与上一份不连续：期间或期初余额对不上'
            USING ERRCODE = '23U03';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statement_follows BEFORE INSERT ON assistance_bankstatement
    FOR EACH ROW EXECUTE FUNCTION assistance_statement_follows();

CREATE FUNCTION assistance_statement_has_its_lines() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM assistance_statementline WHERE statement_id = NEW.id)
       <> NEW.line_count THEN
        RAISE EXCEPTION '对账单 % 的明细行数不符', NEW.name USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER statement_has_its_lines
    AFTER INSERT ON assistance_bankstatement DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION assistance_statement_has_its_lines();

-- The lines of a statement come at once and lead from its opening to its closing.
CREATE FUNCTION assistance_lines_add_up() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE wrong bigint;
BEGIN
    WITH line AS (
        SELECT statement_id, number, "on", balance, paying_account_id,
               CASE side WHEN 'in' THEN amount ELSE -amount END AS moved,
               lag(balance) OVER lines AS before, lag("on") OVER lines AS day_before
        FROM assistance_statementline
        WHERE statement_id IN (SELECT statement_id FROM added)
        WINDOW lines AS (PARTITION BY statement_id ORDER BY number)
    )
    SELECT count(*) INTO wrong FROM (
        SELECT statement.id
        FROM line JOIN assistance_bankstatement AS statement
            ON statement.id = line.statement_id
        GROUP BY statement.id
        HAVING count(*) <> statement.line_count
            OR coalesce(sum(moved) FILTER (WHERE moved > 0), 0) <> statement.received_total
            OR coalesce(sum(moved) FILTER (WHERE moved < 0), 0) <> -statement.paid_total
            OR bool_or(line.balance <> coalesce(before, statement.opening) + moved)
            OR bool_or(line."on" NOT BETWEEN coalesce(day_before, statement.period_from)
                           AND statement.period_to)
            OR bool_or(line.paying_account_id <> statement.paying_account_id)
    ) AS broken;
    IF wrong > 0 THEN
        RAISE EXCEPTION '对账单的明细与余额对不上，或对账单已有明细'
            USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER lines_add_up AFTER INSERT ON assistance_statementline
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_lines_add_up();

CREATE FUNCTION assistance_lines_stay() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '对账单明细不能修改或删除' USING ERRCODE = '23U02';
END $$;
CREATE TRIGGER lines_stay BEFORE UPDATE OR DELETE OR TRUNCATE
    ON assistance_statementline
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_lines_stay();

-- Closed months. Whoever posts or matches holds the paying account in share, whoever
-- closes a month holds it alone: neither passes the other unseen.
CREATE FUNCTION assistance_posting_in_open_month() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE closed date;
BEGIN
    PERFORM 1 FROM assistance_payingaccount WHERE organisation_id IN (
        SELECT account.organisation_id FROM added
        JOIN assistance_account AS account ON account.id = added.account_id
    ) ORDER BY id FOR SHARE;
    SELECT max(month.month) INTO closed
    FROM added
    JOIN assistance_account AS account ON account.id = added.account_id
    JOIN assistance_entry AS entry ON entry.id = added.entry_id
    JOIN assistance_payingaccount AS payer
        ON payer.organisation_id = account.organisation_id
    JOIN assistance_reconciliation AS month
        ON month.paying_account_id = payer.id AND month.state = 'closed'
    WHERE entry."on" < month.month + interval '1 month';
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION '%月已经关账，不能再记入该月或更早的账；请用以后的日期入账，或由第二人重新打开该月。',
            to_char(closed, 'YYYY年FMMM') USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;
-- Its name sorts before `posting_moves_balance`: the paying account is locked first.
CREATE TRIGGER closed_month_of_posting AFTER INSERT ON assistance_posting
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_posting_in_open_month();

CREATE FUNCTION assistance_match_in_open_month() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE closed date; wrong bigint;
BEGIN
    PERFORM 1 FROM assistance_payingaccount
    WHERE id IN (SELECT paying_account_id FROM touched) ORDER BY id FOR SHARE;
    SELECT max(month.month) INTO closed
    FROM (SELECT paying_account_id, min("on") AS "on" FROM touched GROUP BY 1) AS earliest
    JOIN assistance_reconciliation AS month
        ON month.paying_account_id = earliest.paying_account_id
       AND month.state = 'closed'
    WHERE earliest."on" < month.month + interval '1 month';
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION '%月已经关账，不能再核对或取消核对该月的账项；请由第二人重新打开该月。',
            to_char(closed, 'YYYY年FMMM') USING ERRCODE = '23U03';
    END IF;
    SELECT count(*) INTO wrong FROM (
        SELECT touched."group" FROM touched
        WHERE touched.undone_on IS NULL
        GROUP BY touched."group"
        HAVING sum(line_amount) <> sum(movement_amount)
            OR count(DISTINCT paying_account_id) > 1
    ) AS uneven;
    IF wrong > 0 THEN
        RAISE EXCEPTION '核对的两边金额不等' USING ERRCODE = '23U03';
    END IF;
    SELECT count(*) INTO wrong FROM assistance_match AS match
    JOIN (SELECT DISTINCT "group" FROM touched WHERE undone_on IS NOT NULL) AS undone
        ON undone."group" = match."group"
    WHERE match.undone_on IS NULL;
    IF wrong > 0 THEN
        RAISE EXCEPTION '一组核对只能整组取消' USING ERRCODE = '23U03';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER match_added AFTER INSERT ON assistance_match
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_match_in_open_month();
CREATE TRIGGER match_undone AFTER UPDATE ON assistance_match
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION assistance_match_in_open_month();

CREATE FUNCTION assistance_reconciliation_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state = NEW.state THEN
        IF OLD.state <> 'open' AND NEW IS DISTINCT FROM OLD THEN
            RAISE EXCEPTION '调节表已经签字，不能修改' USING ERRCODE = '23U03';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'closed' AND EXISTS (
        SELECT FROM assistance_reconciliation
        WHERE paying_account_id = NEW.paying_account_id AND month < NEW.month
          AND state <> 'closed') THEN
        RAISE EXCEPTION '更早的月份还没有关账，请按月份先后关账。' USING ERRCODE = '23U03';
    END IF;
    IF OLD.state = 'closed' THEN
        IF EXISTS (
            SELECT FROM assistance_reconciliation
            WHERE paying_account_id = NEW.paying_account_id AND month > NEW.month
              AND state = 'closed') THEN
            RAISE EXCEPTION '后面的月份已经关账，请先重新打开后面的月份。'
                USING ERRCODE = '23U03';
        END IF;
        IF NEW.reopened_by_id IS NULL OR NEW.reopen_reason = ''
           OR ARRAY[NEW.reopened_by_id, NEW.reopened_for_id]
              && ARRAY[OLD.closed_by_id, OLD.closed_for_id] THEN
            RAISE EXCEPTION '重新打开须由审核关账以外的第二人办理，并写明理由。'
                USING ERRCODE = '23U03';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reconciliation_moves BEFORE UPDATE ON assistance_reconciliation
    FOR EACH ROW EXECUTE FUNCTION assistance_reconciliation_moves();

CREATE FUNCTION assistance_outstanding_in_open_month() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE number bigint; standing text;
BEGIN
    number := CASE TG_OP WHEN 'DELETE' THEN OLD.reconciliation_id
                        ELSE NEW.reconciliation_id END;
    SELECT state INTO standing FROM assistance_reconciliation
    WHERE id = number FOR SHARE;
    IF standing <> 'open' THEN
        RAISE EXCEPTION '调节表已经签字，不能再改未达账项的说明；请先退回或重新打开。'
            USING ERRCODE = '23U03';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER outstanding_in_open_month
    BEFORE INSERT OR UPDATE OR DELETE ON assistance_outstandingitem
    FOR EACH ROW EXECUTE FUNCTION assistance_outstanding_in_open_month();
