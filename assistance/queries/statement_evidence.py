"""What bank statements must agree with: the days money moved, the matches, closed months.

Like `evidence`: each statement finds disagreements and says them (check, place,
sentence).
"""

# Money left the account on the days on which the books say so, and came back on them.
_CASH = """
    WITH batch AS (
        SELECT batch.id, batch.number, round.year
        FROM assistance_batch AS batch JOIN assistance_round AS round
            ON round.id = batch.round_id
        WHERE %(round)s::bigint IS NULL OR batch.round_id = %(round)s
    ),
    told AS (
        SELECT payment.batch_id, leg.kind, leg."on", sum(payment.amount) AS amount
        FROM assistance_payment AS payment
        CROSS JOIN LATERAL (VALUES
            ('spend', payment.paid_on),
            ('take_back', CASE WHEN payment.state IN ('returned', 'ended')
                AND payment.paid_on IS NOT NULL THEN payment.settled_on END)
        ) AS leg (kind, "on")
        WHERE leg."on" IS NOT NULL AND payment.batch_id IN (SELECT id FROM batch)
          AND payment.year IN (SELECT year FROM batch)
        GROUP BY 1, 2, 3
    ),
    booked AS (
        SELECT entry.batch_id, entry.kind, entry."on", sum(abs(posting.amount)) AS amount
        FROM assistance_entry AS entry
        JOIN assistance_posting AS posting ON posting.entry_id = entry.id
        JOIN assistance_account AS account
            ON account.id = posting.account_id AND account.kind = 'spent'
        WHERE entry.batch_id IN (SELECT id FROM batch)
          AND entry.kind IN ('spend', 'take_back')
        GROUP BY 1, 2, 3
    )
    SELECT 'cash', batch.number,
           concat('批次 ', batch.number, ' 在 ', "on", ' 的付款日记账为 ',
                  coalesce(told.amount, 0), ' 元，分录为 ', coalesce(booked.amount, 0), ' 元')
    FROM told FULL JOIN booked USING (batch_id, kind, "on")
    JOIN batch ON batch.id = batch_id
    WHERE told.amount IS DISTINCT FROM booked.amount
    ORDER BY batch.id, "on"
"""
# The deposit journal adds up to what the accounts hold, union by union.
_JOURNAL = """
    WITH journal AS (
        SELECT organisation_id,
               sum(CASE side WHEN 'in' THEN amount ELSE -amount END) AS amount
        FROM assistance_cashmovement GROUP BY organisation_id
    ),
    held AS (
        SELECT organisation_id, sum(balance) AS amount FROM assistance_account
        WHERE kind IN ('available', 'reserved', 'committed') GROUP BY organisation_id
    )
    SELECT 'cash', organisation.short_name,
           concat(organisation.short_name, '的银行存款日记账合计 ',
                  coalesce(journal.amount, 0), ' 元，账面存款 ', coalesce(held.amount, 0), ' 元')
    FROM journal FULL JOIN held USING (organisation_id)
    JOIN members_organisation AS organisation ON organisation.id = organisation_id
    WHERE %(round)s::bigint IS NULL
      AND coalesce(journal.amount, 0) <> coalesce(held.amount, 0)
    ORDER BY organisation_id
"""
# Statements follow each other, their lines lead from opening to closing, and they are
# what was brought in.
_STATEMENTS = """
    WITH line AS (
        SELECT statement_id, number, "on", balance, paying_account_id, side, amount,
               CASE side WHEN 'in' THEN amount ELSE -amount END AS moved,
               lag(balance) OVER lines AS before, lag("on") OVER lines AS day_before
        FROM assistance_statementline
        WINDOW lines AS (PARTITION BY statement_id ORDER BY number)
    ),
    counted AS (
        SELECT statement.id, count(line.number) AS lines,
               coalesce(sum(moved) FILTER (WHERE moved > 0), 0) AS received,
               coalesce(-sum(moved) FILTER (WHERE moved < 0), 0) AS paid,
               bool_or(line.balance <> coalesce(before, statement.opening) + moved
                   OR line."on" NOT BETWEEN coalesce(day_before, statement.period_from)
                       AND statement.period_to
                   OR line.paying_account_id <> statement.paying_account_id) AS astray
        FROM assistance_bankstatement AS statement
        LEFT JOIN line ON line.statement_id = statement.id
        GROUP BY statement.id
    ),
    followed AS (
        SELECT id, lag(period_to) OVER runs AS former_to, lag(closing) OVER runs AS former,
               row_number() OVER runs AS place
        FROM assistance_bankstatement
        WINDOW runs AS (PARTITION BY paying_account_id ORDER BY sequence)
    )
    SELECT 'statement', statement.name,
           concat('对账单 ', statement.name, ' 与明细、上一份或审计记录不符')
    FROM assistance_bankstatement AS statement
    JOIN counted ON counted.id = statement.id
    JOIN followed ON followed.id = statement.id
    JOIN assistance_payingaccount AS account ON account.id = statement.paying_account_id
    LEFT JOIN core_auditentry AS told
        ON told.subject_kind = 'assistance.bankstatement'
       AND told.subject_id = statement.id AND told.verb = 'import_statement'
    WHERE %(round)s::bigint IS NULL
      AND ((statement.line_count, statement.received_total, statement.paid_total)
               IS DISTINCT FROM (counted.lines, counted.received, counted.paid)
           OR counted.astray
           OR followed.place <> statement.sequence
           OR followed.former_to + 1 <> statement.period_from
           OR followed.former <> statement.opening
           OR told.id IS NULL OR told."on" <> statement."on"
           OR told.actor_name <> statement.made_by
           OR told.organisation_id <> account.organisation_id
           OR told.changes ->> 'file' <> statement.sha256
           OR told.changes -> 'period' ->> 0 <> statement.period_from::text
           OR told.changes -> 'period' ->> 1 <> statement.period_to::text
           OR (told.changes ->> 'opening')::numeric <> statement.opening
           OR (told.changes ->> 'closing')::numeric <> statement.closing
           OR (told.changes ->> 'lines')::bigint <> statement.line_count)
    ORDER BY statement.id
"""
# What is matched is the same money on both sides, and of the same union.
_MATCHES = """
    WITH wrong AS (
        SELECT match."group"
        FROM assistance_match AS match
        LEFT JOIN assistance_payingaccount AS account
            ON account.id = match.paying_account_id
        LEFT JOIN assistance_statementline AS line ON line.id = match.line_id
        LEFT JOIN assistance_cashmovement AS movement
            ON movement.id = match.movement_id
        WHERE match.undone_on IS NULL
        GROUP BY match."group"
        HAVING sum(match.line_amount) <> sum(match.movement_amount)
            OR count(DISTINCT match.paying_account_id) <> 1
            OR max(match."on") <> min(match."on")
            OR max(match."on") <> greatest(max(line."on"), max(movement."on"))
            OR bool_or(match.line_amount <> coalesce(
                CASE line.side WHEN 'in' THEN line.amount ELSE -line.amount END, 0))
            OR bool_or(match.movement_amount <> coalesce(CASE movement.side
                WHEN 'in' THEN movement.amount ELSE -movement.amount END, 0))
            OR bool_or(account.id IS NULL
                OR (match.line_id IS NULL) <> (line.id IS NULL)
                OR (match.movement_id IS NULL) <> (movement.id IS NULL)
                OR line.paying_account_id <> match.paying_account_id
                OR movement.organisation_id <> account.organisation_id
                OR movement.void_on IS NOT NULL)
        UNION
        SELECT "group" FROM assistance_match
        GROUP BY "group" HAVING bool_or(undone_on IS NULL) AND bool_or(undone_on IS NOT NULL)
    )
    SELECT 'match', "group"::text, concat('核对 ', "group", ' 的两边不符')
    FROM wrong WHERE %(round)s::bigint IS NULL ORDER BY "group" LIMIT 100
"""
# A month that was closed still comes to the figures it was closed with. One that is
# only prepared may be overtaken by a receipt; then closing it is refused.
_MONTHS = """
    WITH month AS (
        SELECT month.*, account.organisation_id,
               (month.month + interval '1 month')::date - 1 AS until,
               (SELECT min(period_from) FROM assistance_bankstatement AS first
                WHERE first.paying_account_id = account.id) AS since
        FROM assistance_reconciliation AS month
        JOIN assistance_payingaccount AS account ON account.id = month.paying_account_id
        WHERE month.state <> 'open' AND %(round)s::bigint IS NULL
    ),
    item AS (
        SELECT month.id, CASE line.side WHEN 'in' THEN 'bank_received' ELSE 'bank_paid' END
                   AS kind, line.amount, match.id IS NULL AND note.id IS NULL AS is_unexplained
        FROM month
        JOIN assistance_statementline AS line
            ON line.paying_account_id = month.paying_account_id
           AND line."on" <= month.until
        LEFT JOIN assistance_match AS match
            ON match.line_id = line.id AND match.undone_on IS NULL
        LEFT JOIN assistance_outstandingitem AS note
            ON note.line_id = line.id AND note.reconciliation_id = month.id
        WHERE match.id IS NULL OR match."on" > month.until
        UNION ALL
        SELECT month.id, CASE movement.side WHEN 'in' THEN 'book_received'
                   ELSE 'book_paid' END,
               movement.amount, match.id IS NULL AND note.id IS NULL
        FROM month
        JOIN assistance_cashmovement AS movement
            ON movement.organisation_id = month.organisation_id
           AND movement."on" <= month.until
        LEFT JOIN assistance_match AS match
            ON match.movement_id = movement.id AND match.undone_on IS NULL
        LEFT JOIN assistance_outstandingitem AS note
            ON note.movement_id = movement.id AND note.reconciliation_id = month.id
        WHERE (match.id IS NULL OR match."on" > month.until)
          AND (match.id IS NOT NULL OR movement."on" >= month.since)
          AND (movement.void_on IS NULL OR movement.void_on > month.until)
    ),
    counted AS (
        SELECT month.id, count(item.id) AS items,
               coalesce(sum(amount) FILTER (WHERE kind = 'bank_received'), 0) AS bank_received,
               coalesce(sum(amount) FILTER (WHERE kind = 'bank_paid'), 0) AS bank_paid,
               coalesce(sum(amount) FILTER (WHERE kind = 'book_received'), 0) AS book_received,
               coalesce(sum(amount) FILTER (WHERE kind = 'book_paid'), 0) AS book_paid,
               coalesce(bool_or(is_unexplained), FALSE) AS is_unexplained
        FROM month LEFT JOIN item ON item.id = month.id GROUP BY month.id
    ),
    last_told AS (
        SELECT subject_id, max(id) AS entry_id FROM core_auditentry
        WHERE subject_kind = 'assistance.reconciliation' AND changes ? 'state'
        GROUP BY subject_id
    )
    SELECT 'reconciliation', concat(organisation.short_name, ' ', month.month),
           concat(organisation.short_name, ' ', to_char(month.month, 'YYYY-MM'),
                  ' 的余额调节表与账上、对账单或审计记录不符')
    FROM month
    JOIN counted ON counted.id = month.id
    JOIN members_organisation AS organisation ON organisation.id = month.organisation_id
    LEFT JOIN last_told ON last_told.subject_id = month.id
    LEFT JOIN core_auditentry AS told ON told.id = last_told.entry_id
    WHERE month.state = 'closed' AND (
          (month.bank_received, month.bank_paid, month.book_received, month.book_paid,
           month.item_count) IS DISTINCT FROM
          (counted.bank_received, counted.bank_paid, counted.book_received,
           counted.book_paid, counted.items)
       OR counted.is_unexplained
       OR month.book_balance <> (
           SELECT coalesce(sum(posting.amount), 0)
           FROM assistance_posting AS posting
           JOIN assistance_account AS account ON account.id = posting.account_id
           JOIN assistance_entry AS entry ON entry.id = posting.entry_id
           WHERE account.organisation_id = month.organisation_id
             AND account.kind IN ('available', 'reserved', 'committed') AND entry."on" <= month.until)
       OR month.opening <> coalesce((
           SELECT amount FROM assistance_openingbalance AS opening
           WHERE opening.paying_account_id = month.paying_account_id
           ORDER BY opening.id DESC LIMIT 1), 0)
       OR month.bank_balance IS DISTINCT FROM (
           SELECT coalesce((
               SELECT line.balance FROM assistance_statementline AS line
               WHERE line.statement_id = statement.id AND line."on" <= month.until
               ORDER BY line.number DESC LIMIT 1), statement.opening)
           FROM assistance_bankstatement AS statement
           WHERE statement.paying_account_id = month.paying_account_id
             AND month.until BETWEEN statement.period_from AND statement.period_to))
       OR told.changes -> 'state' ->> 1 IS DISTINCT FROM month.state
       OR told.changes ->> 'digest' IS DISTINCT FROM month.digest
       OR told.user_id IS DISTINCT FROM
           CASE month.state WHEN 'closed' THEN month.closed_by_id ELSE month.prepared_by_id END
       OR told."on" IS DISTINCT FROM
           CASE month.state WHEN 'closed' THEN month.closed_on ELSE month.prepared_on END
    ORDER BY month.id
"""
# A month that is closed has no open month before it, and a month for which nobody
# signed is what the trail says last.
_ORDER = """
    WITH last_told AS (
        SELECT subject_id, max(id) AS entry_id FROM core_auditentry
        WHERE subject_kind = 'assistance.reconciliation' AND changes ? 'state'
        GROUP BY subject_id
    )
    SELECT 'reconciliation', concat(account.organisation_id, ' ', month.month),
           concat('付款账户 ', account.bank_name, ' ', to_char(month.month, 'YYYY-MM'),
                  ' 的关账次序与审计记录不符')
    FROM assistance_reconciliation AS month
    JOIN assistance_payingaccount AS account ON account.id = month.paying_account_id
    LEFT JOIN last_told ON last_told.subject_id = month.id
    LEFT JOIN core_auditentry AS told ON told.id = last_told.entry_id
    WHERE %(round)s::bigint IS NULL AND (
        coalesce(told.changes -> 'state' ->> 1, 'open') <> month.state
        OR month.state <> 'closed' AND EXISTS (
            SELECT FROM assistance_reconciliation AS later
            WHERE later.paying_account_id = month.paying_account_id
              AND later.month > month.month AND later.state = 'closed'))
    ORDER BY month.id
"""
STATEMENT_EVIDENCE = (_CASH, _JOURNAL, _STATEMENTS, _MATCHES, _MONTHS, _ORDER)
