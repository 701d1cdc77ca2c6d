"""Reads of the books: balances, and the proof that books, lists and bank agree."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet, Sum

from assistance.enums import AccountKind
from assistance.models import Account, Entry, Round
from assistance.queries.digests import IN_LIST, IN_SENT_LIST, digest_sql
from assistance.queries.evidence import EVIDENCE
from assistance.queries.sample_evidence import SAMPLE_EVIDENCE
from assistance.queries.stacking_evidence import STACKING_EVIDENCE
from assistance.queries.statement_evidence import STATEMENT_EVIDENCE
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.archive import (
    missing_sentence,
    missing_years,
    over_whole_years,
)
from unionportal.core.money import show_yuan
from unionportal.core.plans import joined_as_wholes
from unionportal.core.scope import within


@dataclass(frozen=True, slots=True)
class Balance:
    """What one union (or its subtree) holds of one source, in yuan."""

    source_id: int
    source_name: str
    available: Decimal
    reserved: Decimal
    committed: Decimal
    spent: Decimal


@dataclass(frozen=True, slots=True)
class Problem:
    """One disagreement: which check, where, and the sentence with both amounts."""

    check: str
    place: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LedgerProof:
    """The outcome of every check; ``totals`` are yuan and counts of the checked part."""

    problems: tuple[Problem, ...]
    totals: dict[str, str]

    @property
    def ok(self) -> bool:
        """Tell whether everything agrees."""
        return not self.problems


def accounts_visible_to(actor: Actor) -> QuerySet[Account]:
    """The accounts of the actor's unions."""
    return (
        Account.objects.filter(within(actor, "organisation__path"))
        .select_related("organisation", "source")
        .order_by("organisation__path", "source_id", "kind")
    )


def entries_visible_to(actor: Actor) -> QuerySet[Entry]:
    """The entries that touch an account of the actor's unions."""
    if actor.is_system:
        return Entry.objects.order_by("-id")
    reached = accounts_visible_to(actor).order_by().values("pk")
    return (
        Entry.objects.filter(postings__account__in=reached).distinct().order_by("-id")
    )


def balances_of(organisation: Organisation, *, subtree: bool = False) -> list[Balance]:
    """Return each source's buckets at a union, or summed over it and all below."""
    accounts = Account.objects.exclude(kind=AccountKind.FUNDING)
    if subtree:
        accounts = accounts.filter(organisation__path__startswith=organisation.path)
    else:
        accounts = accounts.filter(organisation=organisation)
    sums: dict[tuple[int, str], dict[str, Decimal]] = {}
    rows = accounts.order_by("source_id").values("source_id", "source__name", "kind")
    for row in rows.annotate(total=Sum("balance")):
        key = (row["source_id"], row["source__name"])
        sums.setdefault(key, {})[row["kind"]] = row["total"]
    zero = Decimal("0.00")
    return [
        Balance(
            source_id,
            name,
            *(
                kinds.get(kind, zero)
                for kind in (
                    AccountKind.AVAILABLE,
                    AccountKind.RESERVED,
                    AccountKind.COMMITTED,
                    AccountKind.SPENT,
                )
            ),
        )
        for (source_id, name), kinds in sums.items()
    ]


# --- the proof

# Per batch and source: what the payments say, what the list said, what the books say.
_BATCHES = """
    WITH batch AS (
        SELECT b.id, b.number, b.state, b.digest, b.line_count, b.total, b.paid_count,
               b.paid_total, b.returned_count, b.returned_total, r.year, b.organisation_id
        FROM assistance_batch AS b JOIN assistance_round AS r ON r.id = b.round_id
        WHERE %(round)s::bigint IS NULL OR b.round_id = %(round)s
    ),
    payment AS NOT MATERIALIZED (
        SELECT payment.* FROM assistance_payment AS payment
        WHERE payment.batch_id IN (SELECT id FROM batch)
          AND payment.year IN (SELECT year FROM batch)
    )
"""
_LISTS = """
    SELECT batch.number, batch.state = 'cancelled', batch.line_count, batch.total,
           batch.paid_count, batch.paid_total, batch.returned_count,
           batch.returned_total, batch.digest,
           count(payment.id), coalesce(sum(payment.amount), 0),
           count(*) FILTER (WHERE payment.state = 'paid'),
           coalesce(sum(payment.amount) FILTER (WHERE payment.state = 'paid'), 0),
           count(*) FILTER (WHERE payment.state IN ('returned', 'ended')),
           coalesce(sum(payment.amount)
               FILTER (WHERE payment.state IN ('returned', 'ended')), 0),
           CASE WHEN batch.state IN ('instructed', 'settled')
                     AND bool_or(payment.instructed_on IS NOT NULL)
                THEN {sent_digest} ELSE {digest} END
    FROM batch LEFT JOIN payment ON payment.batch_id = batch.id
    GROUP BY batch.id, batch.number, batch.state, batch.line_count, batch.total,
             batch.paid_count, batch.paid_total, batch.returned_count,
             batch.returned_total, batch.digest
    ORDER BY batch.id
"""
_SOURCES = """
    , listed AS (
        SELECT batch_id, source_id, count(*) AS line_count, sum(amount) AS amount,
               count(*) FILTER (WHERE state = 'withdrawn') AS withdrawn_count,
               coalesce(sum(amount) FILTER (WHERE state = 'withdrawn'), 0)
                   AS withdrawn_amount,
               coalesce(sum(amount) FILTER (WHERE state IN
                   ('planned', 'held')), 0) AS reserved,
               coalesce(sum(amount) FILTER (WHERE state IN
                   ('instructed', 'in_doubt')), 0) AS committed,
               coalesce(sum(amount) FILTER (WHERE state = 'paid'), 0) AS spent
        FROM payment GROUP BY batch_id, source_id
    ),
    booked AS (
        SELECT entry.batch_id, account.source_id,
               coalesce(sum(posting.amount)
                   FILTER (WHERE account.kind = 'reserved'), 0) AS reserved,
               coalesce(sum(posting.amount)
                   FILTER (WHERE account.kind = 'committed'), 0) AS committed,
               coalesce(sum(posting.amount)
                   FILTER (WHERE account.kind = 'spent'), 0) AS spent,
               bool_or(account.organisation_id <> batch.organisation_id) AS astray
        FROM batch
        JOIN assistance_entry AS entry ON entry.batch_id = batch.id
        JOIN assistance_posting AS posting ON posting.entry_id = entry.id
        JOIN assistance_account AS account ON account.id = posting.account_id
        GROUP BY entry.batch_id, account.source_id
    )
    SELECT batch.number, source.name,
           coalesce(listed.line_count, 0), coalesce(listed.amount, 0),
           coalesce(funding.line_count, 0), coalesce(funding.amount, 0),
           coalesce(listed.withdrawn_amount, 0), coalesce(funding.withdrawn_amount, 0),
           coalesce(listed.withdrawn_count, 0), coalesce(funding.withdrawn_count, 0),
           CASE WHEN batch.state IN ('approved', 'instructed', 'settled')
                THEN coalesce(listed.reserved, 0) ELSE 0 END,
           coalesce(booked.reserved, 0),
           coalesce(listed.committed, 0), coalesce(booked.committed, 0),
           coalesce(listed.spent, 0), coalesce(booked.spent, 0),
           coalesce(booked.astray, FALSE)
    FROM batch
    CROSS JOIN assistance_fundsource AS source
    LEFT JOIN listed
        ON listed.batch_id = batch.id AND listed.source_id = source.id
    LEFT JOIN booked
        ON booked.batch_id = batch.id AND booked.source_id = source.id
    LEFT JOIN assistance_batchfunding AS funding
        ON funding.batch_id = batch.id AND funding.source_id = source.id
    WHERE listed.batch_id IS NOT NULL OR booked.batch_id IS NOT NULL
       OR funding.id IS NOT NULL
    ORDER BY batch.id, source.id
"""
_ENTRIES = """
    SELECT entry.key, coalesce(sum(posting.amount), 0), count(posting.id)
    FROM assistance_entry AS entry
    LEFT JOIN assistance_posting AS posting ON posting.entry_id = entry.id
    WHERE %(round)s::bigint IS NULL OR entry.batch_id IN (
        SELECT id FROM assistance_batch WHERE round_id = %(round)s)
    GROUP BY entry.id, entry.key
    HAVING coalesce(sum(posting.amount), 0) <> 0 OR count(posting.id) < 2
    ORDER BY entry.id
"""
_ACCOUNTS = """
    SELECT organisation.short_name, source.name, account.kind, account.balance,
           coalesce(sum(posting.amount), 0)
    FROM assistance_account AS account
    JOIN members_organisation AS organisation
        ON organisation.id = account.organisation_id
    JOIN assistance_fundsource AS source ON source.id = account.source_id
    LEFT JOIN assistance_posting AS posting ON posting.account_id = account.id
    GROUP BY account.id, account.kind, account.balance, organisation.short_name,
             source.name
    HAVING account.balance <> coalesce(sum(posting.amount), 0)
    ORDER BY account.id
"""
_CLAIMS = """
    SELECT batch.number, payment.reference
    FROM payment JOIN batch ON batch.id = payment.batch_id
    LEFT JOIN assistance_paymentclaim AS claim ON claim.id = payment.claim_id
        AND claim.amount = payment.amount
        AND claim.organisation_id = batch.organisation_id
        AND (NOT claim.released OR payment.state IN ('withdrawn', 'returned', 'ended'))
    WHERE claim.id IS NULL
    ORDER BY payment.id LIMIT 100
"""
_FILES = """
    SELECT batch.number, file.line_count, file.total,
           count(payment.id), coalesce(sum(payment.amount), 0)
    FROM batch
    LEFT JOIN assistance_bankfile AS file
        ON file.batch_id = batch.id AND file.direction = 'out'
    LEFT JOIN payment
        ON payment.batch_id = batch.id AND payment.instructed_on IS NOT NULL
    GROUP BY batch.id, batch.number, file.id, file.line_count, file.total
    HAVING coalesce(file.line_count, 0) <> count(payment.id)
        OR coalesce(file.total, 0) <> coalesce(sum(payment.amount), 0)
    ORDER BY batch.id
"""
_TOTALS = """
    SELECT (SELECT count(*) FROM batch), count(payment.id),
           coalesce(sum(payment.amount), 0),
           coalesce(sum(payment.amount) FILTER (WHERE payment.state = 'paid'), 0),
           coalesce(sum(payment.amount) FILTER (WHERE payment.state IN
               ('returned', 'ended')), 0),
           coalesce(sum(payment.amount) FILTER (WHERE payment.state = 'withdrawn'), 0)
    FROM payment
"""
_BY_YEAR = ("assistance_determination", "assistance_payment", "core_auditentry")
Row = tuple[object, ...]
Params = dict[str, int | None]


def ledger_proof(round: Round | None = None) -> LedgerProof:  # noqa: A002 - the noun
    """Prove, set-wise, that payments, postings, lists and bank files agree to the fen.

    Of one round, or of everything. Each batch: its payments are its list (count, sum,
    digest), per source what is reserved, committed and spent on the books is what its payments
    say, and the file sent is the list instructed. Every entry adds up to zero, every
    balance is the sum of its postings, every payment has its claim. And beside the
    amounts (`evidence`): payees, signatures, answers, and the trail; with the bank's
    own word (`statement_evidence`): statements, matches and closed months; what each
    human has of several schemes together (`stacking_evidence`). Archived
    years are read where they lie; one that is not in the database is named.
    """
    params: Params = {"round": round.pk if round else None}
    problems: list[Problem] = []
    missing = missing_years(*_BY_YEAR)
    if missing:
        sentence = missing_sentence(missing)
        return LedgerProof((Problem("archive", str(missing[0]), sentence),), {})
    with over_whole_years():
        for sql, read in _CHECKS:
            for row in _rows(sql, params):
                problems += read(row)
        for sql in (*EVIDENCE, *SAMPLE_EVIDENCE, *STACKING_EVIDENCE):
            problems += [Problem(*map(str, row)) for row in _rows(sql, params)]
        with joined_as_wholes():
            for sql in STATEMENT_EVIDENCE:
                problems += [Problem(*map(str, row)) for row in _rows(sql, params)]
        return LedgerProof(tuple(problems), _totals(params))


def _over_batches(select: str) -> str:
    filled = select.format(
        sent_digest=digest_sql(IN_SENT_LIST), digest=digest_sql(IN_LIST)
    )
    return f"{_BATCHES} {filled}"


def _rows(sql: str, params: Params) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[Row] = cursor.fetchall()
    return rows


def _totals(params: Params) -> dict[str, str]:
    names = ("batches", "payments", "total", "paid", "returned", "withdrawn")
    return dict(
        zip(names, map(str, _rows(_over_batches(_TOTALS), params)[0]), strict=True)
    )


def _list_problems(row: Row) -> list[Problem]:
    number, cancelled = str(row[0]), bool(row[1])
    named, found = row[2:9], row[9:16]
    words = (
        ("人数", 0),
        ("金额", 1),
        ("到账人数", 2),
        ("到账金额", 3),
        ("退回人数", 4),
        ("退回金额", 5),
        ("清单摘要", 6),
    )
    # A cancelled batch keeps the digest of the list it had when it ended.
    return [
        Problem(
            "list",
            number,
            f"批次 {number} 的{word}记为 {named[i]}，名单实为 {found[i]}",
        )
        for word, i in words
        if named[i] != found[i] and not (cancelled and word == "清单摘要")
    ]


def _source_problems(row: Row) -> list[Problem]:
    number, source = str(row[0]), str(row[1])
    words = ("来源人数", "来源金额", "撤下金额", "撤下人数", "预留", "在途", "支出")
    pairs = ((2, 4), (3, 5), (6, 7), (8, 9), (10, 11), (12, 13), (14, 15))
    problems = [
        Problem(
            "source",
            number,
            f"批次 {number} 来源“{source}”的{word}：名单为 {row[a]}，账上为 {row[b]}",
        )
        for word, (a, b) in zip(words, pairs, strict=True)
        if row[a] != row[b]
    ]
    if row[16]:
        problems.append(
            Problem("source", number, f"批次 {number} 的分录记到了别的工会的账户")
        )
    return problems


def _entry_problems(row: Row) -> list[Problem]:
    return [
        Problem(
            "entry",
            str(row[0]),
            f"分录 {row[0]} 借贷不平，差 {row[1]} 元（{row[2]} 笔）",
        )
    ]


def _account_problems(row: Row) -> list[Problem]:
    union, source, kind, balance, total = row
    label = AccountKind(str(kind)).label
    return [
        Problem(
            "account",
            f"{union} {source}",
            f"{union}“{source}”{label}余额 {_yuan(balance)} 元，"
            f"分录合计 {_yuan(total)} 元",
        )
    ]


def _claim_problems(row: Row) -> list[Problem]:
    return [
        Problem("claim", str(row[1]), f"批次 {row[0]} 的发放 {row[1]} 没有相符的发放权")
    ]


def _file_problems(row: Row) -> list[Problem]:
    number, lines, total, sent, amount = row
    return [
        Problem(
            "file",
            str(number),
            f"批次 {number} 送银行文件 {lines or 0} 行 {total or 0} 元，"
            f"已送银行的发放 {sent} 笔 {amount} 元",
        )
    ]


def _yuan(value: object) -> str:
    return show_yuan(Decimal(str(value)))


_CHECKS: tuple[tuple[str, Callable[[Row], list[Problem]]], ...] = (
    (_over_batches(_LISTS), _list_problems),
    (_over_batches(_SOURCES), _source_problems),
    (_ENTRIES, _entry_problems),
    (_ACCOUNTS, _account_problems),
    (_over_batches(_CLAIMS), _claim_problems),
    (_over_batches(_FILES), _file_problems),
)
