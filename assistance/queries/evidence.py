"""What must agree beside the amounts: people, signatures, answers and the trail.

Each statement finds disagreements and says them: (check, place, sentence). Whoever
changes one row past the guards, as the owner of the tables may, leaves two that
disagree; the audit chain is held by `verify_audit`.
"""

from assistance.enums import AccountKind, PaymentEnd, SubjectKind
from assistance.rules.answers import DECIDED
from assistance.rules.banks.direct import DIRECT
from assistance.rules.scheme import GRANTED_CLAUSE
from unionportal.core.actor import SYSTEM
from unionportal.core.formula.ruling import AMOUNT_CLAUSE
from unionportal.core.guards import literal

# Who is paid: the claim is what the answer granted, the card is the payee's own, and
# the number of a payment follows from its claim and attempt.
_PAYEES = """
    SELECT 'payee', payment.reference,
           concat('发放 ', payment.reference, ' 的', CASE
               WHEN answer.id IS NULL OR answer.outcome <> 'eligible' THEN '认定不是“符合”'
               WHEN (claim.round_id, claim.organisation_id, claim.subject_kind,
                     claim.subject_id, claim.occurrence, claim.payee_id, claim.amount)
                 IS DISTINCT FROM
                    (answer.round_id, answer.organisation_id, answer.subject_kind,
                     answer.subject_id, answer.occurrence, answer.payee_id,
                     answer.decided_amount) THEN '发放权与认定不符'
               WHEN claim.human_id <> coalesce(twin.merged_into_id, CASE
                        claim.subject_kind WHEN 'person' THEN claim.subject_id
                        ELSE claim.payee_id END) THEN '受助人与对象不符'
               WHEN account.person_id IS DISTINCT FROM claim.payee_id
                   THEN '收款账户不是收款人本人的'
               WHEN claim.occurrence <> round.occurrence
                 OR claim.scheme_id <> version.scheme_id
                 OR claim.round_id <> round.id THEN '发放权不属于本轮次'
               ELSE '编号、次数或日期不符' END)
    FROM assistance_payment AS payment
    JOIN assistance_batch AS batch ON batch.id = payment.batch_id
    JOIN assistance_round AS round ON round.id = batch.round_id
    JOIN assistance_schemeversion AS version ON version.id = round.version_id
    JOIN assistance_paymentclaim AS claim ON claim.id = payment.claim_id
    LEFT JOIN assistance_determination AS answer
        ON answer.id = claim.determination_id AND answer.year = claim.year
    LEFT JOIN members_bankaccount AS account ON account.id = payment.account_id
    LEFT JOIN members_person AS twin
        ON twin.merged_into_id IS NOT NULL
       AND twin.id = CASE claim.subject_kind WHEN 'person' THEN claim.subject_id
               ELSE claim.payee_id END
    WHERE (%(round)s::bigint IS NULL OR batch.round_id = %(round)s)
      AND (answer.id IS NULL OR answer.outcome <> 'eligible'
           OR (claim.round_id, claim.organisation_id, claim.subject_kind,
               claim.subject_id, claim.occurrence, claim.payee_id, claim.amount)
              IS DISTINCT FROM
              (answer.round_id, answer.organisation_id, answer.subject_kind,
               answer.subject_id, answer.occurrence, answer.payee_id,
               answer.decided_amount)
           OR claim.human_id <> coalesce(twin.merged_into_id, CASE claim.subject_kind
                  WHEN 'person' THEN claim.subject_id ELSE claim.payee_id END)
           OR account.person_id IS DISTINCT FROM claim.payee_id
           OR claim.occurrence <> round.occurrence
           OR claim.scheme_id <> version.scheme_id OR claim.round_id <> round.id
           OR payment.year <> round.year OR claim.year <> round.year
           OR payment.reference <> payment.year || lpad(claim.id::text, 10, '0')
               || lpad(payment.attempt::text, 2, '0')
           OR payment.instructed_on <> batch.instructed_on
           OR payment.settled_on < payment.instructed_on)
    ORDER BY payment.id LIMIT 100
"""
# Every payment stands on a batch, every claim that is not given up has its payments,
# numbered without a gap.
_ATTEMPTS = """
    SELECT 'attempts', claim.id::text, concat('发放权 ', claim.id, ' 的各次发放不连贯')
    FROM assistance_paymentclaim AS claim
    LEFT JOIN assistance_payment AS payment
        ON payment.claim_id = claim.id AND payment.year = claim.year
    LEFT JOIN assistance_batch AS batch ON batch.id = payment.batch_id
    WHERE %(round)s::bigint IS NULL OR claim.round_id = %(round)s
    GROUP BY claim.id, claim.released, claim.ended
    HAVING count(payment.id) <> coalesce(max(payment.attempt), -1)
        OR count(payment.id) <> count(batch.id)
        OR claim.released IS DISTINCT FROM
            ((array_agg(payment.state ORDER BY payment.attempt DESC))[1] = 'withdrawn')
        OR claim.ended IS DISTINCT FROM
            ((array_agg(payment.state ORDER BY payment.attempt DESC))[1] = 'ended')
    ORDER BY claim.id LIMIT 100
"""
# Signatures are what the trail says, with the persons behind them; a batch that has
# come so far has the signatures it needs, and the payer signed the list as it is.
_SIGNATURES = """
    WITH batch AS (
        SELECT * FROM assistance_batch
        WHERE %(round)s::bigint IS NULL OR round_id = %(round)s
    ),
    signed AS (
        SELECT signature.batch_id, signature.step::text AS step, signature.digest::text,
               signature.user_id, signature.on, signature.comment::text
        FROM assistance_signature AS signature
        JOIN batch ON batch.id = signature.batch_id
    ),
    told AS (
        SELECT entry.subject_id AS batch_id,
               CASE entry.verb WHEN 'instruct_batch' THEN 'pay'
                   ELSE replace(entry.verb, '_batch', '') END AS step,
               entry.changes ->> 'digest' AS digest, entry.user_id, entry.on,
               entry.reason AS comment
        FROM core_auditentry AS entry JOIN batch ON batch.id = entry.subject_id
        WHERE entry.subject_kind = 'assistance.batch' AND entry.verb IN
            ('submit_batch', 'check_batch', 'approve_batch', 'endorse_batch',
             'instruct_batch')
    ),
    standing AS (
        SELECT person.batch_id, person.cycle, person.user_id, person.signature_id
        FROM assistance_signatureperson AS person
        JOIN batch ON batch.id = person.batch_id
    ),
    behind AS (
        SELECT DISTINCT signature.batch_id, signature.cycle, person, signature.id
        FROM assistance_signature AS signature
        JOIN batch ON batch.id = signature.batch_id
        CROSS JOIN unnest(ARRAY[signature.user_id, signature.principal_id]) AS person
        WHERE person IS NOT NULL
    ),
    wrong AS (
        (TABLE signed EXCEPT ALL TABLE told) UNION ALL (TABLE told EXCEPT ALL TABLE signed)
    ),
    astray AS (
        (TABLE standing EXCEPT TABLE behind) UNION ALL (TABLE behind EXCEPT TABLE standing)
    ),
    needed AS (
        SELECT batch.id, batch.cycle, batch.digest, step
        FROM batch CROSS JOIN unnest(CASE batch.state
            WHEN 'submitted' THEN ARRAY['submit']
            WHEN 'checked' THEN ARRAY['submit', 'check']
            WHEN 'endorsing' THEN ARRAY['submit', 'check', 'approve']
            WHEN 'approved' THEN ARRAY['submit', 'check', 'approve']
            WHEN 'instructed' THEN ARRAY['submit', 'check', 'approve', 'pay']
            WHEN 'settled' THEN ARRAY['submit', 'check', 'approve']
                || CASE WHEN batch.instructed_on IS NOT NULL THEN ARRAY['pay'] END
        END) AS step
    )
    SELECT DISTINCT 'signature', batch.number,
           concat('批次 ', batch.number, ' 的签批与审计记录或名单不符')
    FROM batch
    WHERE batch.id IN (SELECT batch_id FROM wrong)
       OR batch.id IN (SELECT batch_id FROM astray)
       OR EXISTS (
           SELECT FROM assistance_signature AS own
           WHERE own.batch_id = batch.id AND own.principal_id = own.user_id)
       OR EXISTS (
           SELECT FROM needed
           LEFT JOIN assistance_signature AS signature
               ON signature.batch_id = needed.id AND signature.cycle = needed.cycle
              AND signature.step = needed.step
           WHERE needed.id = batch.id
             AND (signature.id IS NULL
                  OR needed.step = 'pay' AND signature.digest <> needed.digest))
    ORDER BY 2
"""
_CLAUSES = ", ".join(
    literal(code) for code in ("", GRANTED_CLAUSE, AMOUNT_CLAUSE, *DECIDED)
)
_KINDS = ", ".join(literal(kind) for kind in SubjectKind.values)
# The totals of a round are its answers, and what was superseded has its successor. While
# chunks of a round are being answered it is open and has no totals yet.
_ANSWERS = f"""
    WITH round AS (
        SELECT round.* FROM assistance_round AS round
        WHERE (%(round)s::bigint IS NULL OR round.id = %(round)s)
          AND NOT (round.state = 'opened' AND coalesce((
              SELECT NOT latest.is_finished
              FROM assistance_roundcomputation AS latest
              WHERE latest.round_id = round.id ORDER BY latest.id DESC LIMIT 1), false))
    ),
    counted AS (
        SELECT round.id,
               count(answer.id) FILTER (WHERE answer.superseded_by IS NULL) AS population,
               count(*) FILTER (WHERE answer.superseded_by IS NULL
                   AND answer.outcome = 'eligible') AS eligible,
               count(*) FILTER (WHERE answer.superseded_by IS NULL
                   AND answer.outcome = 'ineligible') AS ineligible,
               coalesce(sum(answer.decided_amount)
                   FILTER (WHERE answer.superseded_by IS NULL), 0) AS amount,
               count(*) FILTER (WHERE answer.supersedes IS NOT NULL) AS successors,
               count(*) FILTER (WHERE answer.superseded_by IS NOT NULL) AS superseded,
               count(*) FILTER (WHERE answer.superseded_by IS NOT NULL AND NOT EXISTS (
                   SELECT FROM assistance_determination AS later
                   WHERE later.id = answer.superseded_by AND later.year = answer.year
                     AND later.supersedes = answer.id)) AS lost,
               count(*) FILTER (WHERE answer.occurrence <> round.occurrence) AS astray
        FROM round LEFT JOIN assistance_determination AS answer
            ON answer.round_id = round.id AND answer.year = round.year
        GROUP BY round.id
    ),
    -- A clause that an answer names is one of its version, or one that people give.
    misnamed AS (
        SELECT DISTINCT round.id
        FROM round JOIN assistance_determination AS answer
            ON answer.round_id = round.id AND answer.year = round.year
        JOIN assistance_schemeversion AS version ON version.id = round.version_id
        WHERE answer.clause NOT IN ({_CLAUSES}) AND NOT EXISTS (
                SELECT FROM jsonb_array_elements(version.body -> 'clauses') AS named
                WHERE named.value ->> 'code' = answer.clause)
           OR answer.subject_kind NOT IN ({_KINDS})
    )
    SELECT 'answers', round.id::text,
           concat('轮次 ', round.id, ' 记载的人数金额与认定不符，或有认定缺失')
    FROM round JOIN counted ON counted.id = round.id
    WHERE (round.population, round.eligible_count, round.ineligible_count,
           round.eligible_amount)
          IS DISTINCT FROM (counted.population, counted.eligible, counted.ineligible,
                            counted.amount)
       OR counted.lost > 0 OR counted.astray > 0
       OR counted.successors <> counted.superseded
       OR round.id IN (SELECT id FROM misnamed)
    ORDER BY round.id
"""  # noqa: S608 - built from constants
# Where batches and rounds stand, and the files exchanged, are what the trail says last.
_TRAIL = """
    WITH subject AS (
        SELECT 'assistance.round' AS kind, id, state, 'state' AS part, id::text AS name
        FROM assistance_round WHERE %(round)s::bigint IS NULL OR id = %(round)s
        UNION ALL
        SELECT 'assistance.batch', id, state, 'state', number
        FROM assistance_batch
        WHERE state <> 'drafted' AND (%(round)s::bigint IS NULL OR round_id = %(round)s)
        UNION ALL
        SELECT 'assistance.batch', file.batch_id, file.sha256, 'file', file.name
        FROM assistance_bankfile AS file
        JOIN assistance_batch AS batch ON batch.id = file.batch_id
        WHERE file.direction = 'out'
          AND (%(round)s::bigint IS NULL OR batch.round_id = %(round)s)
        UNION ALL
        SELECT 'assistance.bankfile', id, sha256, 'file', name
        FROM assistance_bankfile
        WHERE direction = 'in' AND state = 'applied' AND %(round)s::bigint IS NULL
    ),
    last_told AS (
        SELECT subject.kind, subject.id, subject.part, max(entry.id) AS entry_id
        FROM subject LEFT JOIN core_auditentry AS entry
            ON entry.subject_kind = subject.kind AND entry.subject_id = subject.id
           AND entry.changes ? subject.part
        GROUP BY subject.kind, subject.id, subject.part
    )
    SELECT 'trail', subject.name, concat(CASE subject.part WHEN 'file'
               THEN '银行文件 ' WHEN 'state' THEN CASE subject.kind
               WHEN 'assistance.round' THEN '轮次 ' ELSE '批次 ' END END,
               subject.name, ' 的现状与审计记录不符')
    FROM subject
    JOIN last_told USING (kind, id, part)
    LEFT JOIN core_auditentry AS entry ON entry.id = last_told.entry_id
    WHERE subject.state IS DISTINCT FROM CASE subject.part
        WHEN 'file' THEN entry.changes ->> 'file'
        ELSE entry.changes -> 'state' ->> 1 END
    ORDER BY subject.kind, subject.id
"""
# Numbers and dates of batches and rounds are those of the acts that set them.
_DATES = """
    WITH told AS (
        SELECT entry.subject_kind AS kind, entry.subject_id AS id, entry.verb,
               max(entry.id) AS entry_id
        FROM core_auditentry AS entry
        WHERE entry.subject_kind IN ('assistance.round', 'assistance.batch')
        GROUP BY 1, 2, 3
    ),
    act AS (
        SELECT told.kind, told.id, told.verb, entry.on, entry.organisation_id,
               entry.changes
        FROM told JOIN core_auditentry AS entry ON entry.id = told.entry_id
    )
    SELECT 'dates', batch.number, concat('批次 ', batch.number, ' 的编号或日期与审计记录不符')
    FROM assistance_batch AS batch
    JOIN assistance_round AS round ON round.id = batch.round_id
    LEFT JOIN act ON act.kind = 'assistance.batch' AND act.id = batch.id
    WHERE %(round)s::bigint IS NULL OR batch.round_id = %(round)s
    GROUP BY batch.id, round.id
    HAVING batch.number <> concat_ws('-', round.year, round.id, batch.organisation_id,
               CASE batch.kind WHEN 'main' THEN 'M' ELSE 'F' END || batch.sequence)
        OR batch.approved_on IS DISTINCT FROM max(act.on)
            FILTER (WHERE act.verb IN ('approve_batch', 'endorse_batch')
                AND act.changes -> 'state' ->> 1 = 'approved')
        OR batch.instructed_on IS DISTINCT FROM
            max(act.on) FILTER (WHERE act.verb = 'instruct_batch')
        OR batch.settled_on IS DISTINCT FROM
            max(act.on) FILTER (WHERE act.verb = 'settle_batch')
        OR batch.kind = 'main' AND batch.drafted_on IS DISTINCT FROM round.released_on
        OR batch.kind <> 'main' AND batch.drafted_on IS DISTINCT FROM
            max(act.on) FILTER (WHERE act.verb = 'draft_follow_up_batch')
    UNION ALL
    SELECT 'dates', round.id::text, concat('轮次 ', round.id, ' 的范围或日期与审计记录不符')
    FROM assistance_round AS round
    LEFT JOIN act ON act.kind = 'assistance.round' AND act.id = round.id
    WHERE %(round)s::bigint IS NULL OR round.id = %(round)s
    GROUP BY round.id
    HAVING (round.opened_on, round.organisation_id, round.as_of::text, round.occurrence,
            round.version_id::text) IS DISTINCT FROM
           (max(act.on) FILTER (WHERE act.verb = 'open_round'),
            max(act.organisation_id) FILTER (WHERE act.verb = 'open_round'),
            max(act.changes ->> 'as_of') FILTER (WHERE act.verb = 'open_round'),
            max(act.changes ->> 'occurrence') FILTER (WHERE act.verb = 'open_round'),
            max(act.changes ->> 'version') FILTER (WHERE act.verb = 'open_round'))
        OR (round.computed_on, round.released_on, round.closed_on) IS DISTINCT FROM
           (max(act.on) FILTER (WHERE act.verb = 'compute_round'),
            max(act.on) FILTER (WHERE act.verb = 'release_round'),
            max(act.on) FILTER (WHERE act.verb = 'close_round'))
"""
# What was received, handed down and reversed is what the trail says; every other
# entry is of a batch, and follows from its approval, a withdrawal or a return file.
_VOUCHERS = """
    SELECT 'voucher', entry.key, concat('分录“', entry.document, '”与审计记录不符')
    FROM assistance_entry AS entry
    JOIN assistance_posting AS posting ON posting.entry_id = entry.id
    JOIN assistance_account AS account ON account.id = posting.account_id
    LEFT JOIN assistance_entry AS undone ON undone.id = entry.reverses_id
    LEFT JOIN core_auditentry AS told
        ON told.subject_kind = 'assistance.entry' AND told.subject_id = entry.id
    WHERE %(round)s::bigint IS NULL
    GROUP BY entry.id, undone.id, told.id, told.on, told.actor_name, told.verb,
        told.reason, told.changes, told.organisation_id
    HAVING (entry.batch_id IS NULL) IS DISTINCT FROM
            (entry.kind IN ('receive', 'transfer', 'fee', 'interest'))
        OR entry.batch_id IS NULL AND (
            told.id IS NULL OR told.on <> entry.on OR told.actor_name <> entry.made_by
            OR told.verb <> CASE WHEN undone.id IS NOT NULL THEN 'reverse_entry'
                WHEN entry.kind IN ('fee', 'interest') THEN 'enter_bank_line'
                ELSE entry.kind || '_funds' END
            OR split_part(entry.key, ':', 1) <>
                CASE WHEN undone.id IS NOT NULL THEN 'reverse' ELSE entry.kind END
            OR undone.id IS NULL AND (
                told.reason <> entry.document
                OR (told.changes ->> 'amount')::numeric <>
                    sum(posting.amount) FILTER (WHERE posting.amount > 0)
                OR bool_and(account.organisation_id <> told.organisation_id)
                OR entry.kind = 'receive'
                    AND bool_or(account.organisation_id <> told.organisation_id))
            OR undone.id IS NOT NULL AND (
                (told.changes ->> 'reverses')::bigint <> undone.id
                OR undone.kind <> entry.kind))
    ORDER BY entry.id
"""
_SYSTEM = literal(SYSTEM.name)
_BUCKET_KINDS = ", ".join(literal(kind) for kind in AccountKind.values)
_BATCH_VOUCHERS = f"""
    SELECT 'voucher', entry.key, concat('分录“', entry.document, '”与批次或回盘不符')
    FROM assistance_entry AS entry
    JOIN assistance_batch AS batch ON batch.id = entry.batch_id
    LEFT JOIN assistance_bankfile AS file
        ON file.direction = 'in' AND file.state = 'applied'
       AND left(file.sha256, 32) = split_part(entry.key, ':', 2)
    WHERE (%(round)s::bigint IS NULL OR batch.round_id = %(round)s)
      AND NOT coalesce(entry.reverses_id IS NULL
          AND (entry.made_by = {_SYSTEM} OR EXISTS (
              SELECT FROM core_auditentry AS told
              WHERE told.actor_name = entry.made_by AND told.on = entry.on
                AND (told.subject_kind = 'assistance.batch'
                     AND told.subject_id = batch.id
                  OR told.subject_kind = 'assistance.bankfile'
                     AND told.subject_id = file.id
                  OR told.subject_kind = 'assistance.payment'
                     AND told.verb = 'withdraw_payment')))
          AND CASE split_part(entry.key, ':', 1)
          WHEN 'reserve' THEN entry.kind = 'reserve' AND entry.on = batch.approved_on
              AND split_part(entry.key, ':', 2) = batch.number
              AND entry.document = concat('批次 ', batch.number, ' 审批通过')
          WHEN 'commit' THEN entry.kind = 'commit' AND entry.on = batch.instructed_on
              AND split_part(entry.key, ':', 2) = batch.number
              AND entry.document = concat('批次 ', batch.number, ' 送银行')
          WHEN 'withdraw' THEN entry.kind = 'release' AND EXISTS (
              SELECT FROM assistance_payment AS payment
              WHERE payment.batch_id = batch.id AND payment.state = 'withdrawn'
                AND payment.reference = split_part(entry.key, ':', 2)
                AND entry.document =
                    concat('批次 ', batch.number, ' 撤下 ', payment.reference))
          ELSE entry.kind = CASE split_part(entry.key, ':', 1) WHEN 'pay' THEN 'spend'
                  WHEN 'return' THEN 'release' WHEN 'take_back' THEN 'take_back' END
              AND split_part(entry.key, ':', 3) = batch.id::text AND entry.on = file.on
              AND entry.document = left(concat('批次 ', batch.number, ' ',
                  CASE file.layout WHEN {literal(DIRECT)} THEN '直联应答'
                  ELSE concat('回盘文件 ', file.name) END), 200)
      END, FALSE)
    ORDER BY entry.id
"""  # noqa: S608 - built from constants
# A union has every bucket of a source, or none.
_BUCKETS = f"""
    SELECT 'account', concat(account.organisation_id, '-', account.source_id),
           concat(min(organisation.short_name), '的“', min(source.name), '”账户不齐')
    FROM assistance_account AS account
    LEFT JOIN members_organisation AS organisation
        ON organisation.id = account.organisation_id
    LEFT JOIN assistance_fundsource AS source ON source.id = account.source_id
    WHERE %(round)s::bigint IS NULL
    GROUP BY account.organisation_id, account.source_id
    HAVING count(*) FILTER (WHERE account.kind IN ({_BUCKET_KINDS}))
        <> {len(AccountKind.values)} OR count(*) <> {len(AccountKind.values)}
    ORDER BY 2
"""  # noqa: S608 - built from constants
# What stands of a bank file is what the trail kept when it came or went.
_FILES_TOLD = """
    SELECT 'file', file.name, concat('银行文件 ', file.name, ' 的登记与审计记录不符')
    FROM assistance_bankfile AS file
    JOIN core_auditentry AS told
        ON told.subject_kind = 'assistance.bankfile' AND told.subject_id = file.id
       AND told.changes ? 'told'
    WHERE %(round)s::bigint IS NULL AND told.changes -> 'told' <> jsonb_build_array(
        file.layout, file.name, file.line_count, file.total::text, file.batch_id,
        file.organisation_id, file.on::text)
    UNION ALL
    SELECT 'file', file.name, concat('银行文件 ', file.name, ' 的登记与审计记录不符')
    FROM assistance_bankfile AS file
    JOIN assistance_batch AS batch ON batch.id = file.batch_id
    JOIN core_auditentry AS told
        ON told.subject_kind = 'assistance.batch' AND told.subject_id = batch.id
       AND told.changes ? 'told' AND told.changes ->> 'file' = file.sha256
    WHERE file.direction = 'out'
      AND (%(round)s::bigint IS NULL OR batch.round_id = %(round)s)
      AND told.changes -> 'told' <> jsonb_build_array(
        file.layout, file.name, file.line_count, file.total::text, file.batch_id,
        file.organisation_id, file.on::text)
    ORDER BY 2
"""
_END_WORDS = " ".join(
    f"WHEN {literal(reason)} THEN {literal(label)}"
    for reason, label in PaymentEnd.choices
)
# Whoever is not tried again: for the reason that somebody gave.
_ENDS = f"""
    SELECT 'end', payment.reference,
           concat('发放 ', payment.reference, ' 的终止原因与审计记录不符')
    FROM assistance_payment AS payment
    JOIN assistance_batch AS batch ON batch.id = payment.batch_id
    LEFT JOIN core_auditentry AS told
        ON told.subject_kind = 'assistance.payment' AND told.subject_id = payment.id
       AND told.verb = 'end_payment'
    WHERE (%(round)s::bigint IS NULL OR batch.round_id = %(round)s)
      AND (payment.state = 'ended' OR payment.end_reason <> '')
      AND told.reason IS DISTINCT FROM CASE payment.end_reason {_END_WORDS} END
    ORDER BY payment.id LIMIT 100
"""  # noqa: S608 - built from constants
EVIDENCE = (
    _PAYEES,
    _ATTEMPTS,
    _SIGNATURES,
    _ANSWERS,
    _TRAIL,
    _DATES,
    _VOUCHERS,
    _BATCH_VOUCHERS,
    _BUCKETS,
    _FILES_TOLD,
    _ENDS,
)
