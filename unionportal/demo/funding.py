"""The demonstration's money and periods: what comes in, what is handed down to counties."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count

from assistance.actions.funds import Transfer, receive_funds, transfer_funds
from assistance.enums import DossierState, FileLevel
from assistance.models import FundSource, HouseholdDossier, PayingAccount, Period
from members.enums import Role
from members.models import Organisation
from unionportal.core.errors import Refusal
from unionportal.demo.cast import Cast
from unionportal.demo.chance import seeded, whole

PER_HOUSEHOLD = Decimal(600)
MARGIN = Decimal("1.05")
WARMTH, OWN, CENTRAL = "provincial_warmth", "county_own", "central"
BASIS = "演示数据；使用范围见财建〔2006〕468号、总工办〔2015〕20号"
SOURCES: tuple[tuple[str, str, list[str]], ...] = (
    (CENTRAL, "中央财政专项帮扶资金", [FileLevel.NATIONAL]),
    (WARMTH, "省总送温暖专项资金", [FileLevel.NATIONAL, FileLevel.PROVINCIAL]),
    (OWN, "县级工会自有资金", []),
)
WINTERS = (2014, 2026, 2027)
OWN_BANKS = ("中国工商银行", "中国农业银行", "中国建设银行")


@dataclass(frozen=True, slots=True)
class Need:
    """What a county pays with, by source, if everybody on file were eligible."""

    warmth: Decimal
    own: Decimal


def register_sources() -> dict[str, FundSource]:
    """The three sources; those that are there stay as they are."""
    for code, name, levels in SOURCES:
        FundSource.objects.get_or_create(
            code=code, defaults={"name": name, "file_levels": levels, "basis": BASIS}
        )
    codes = [code for code, _, _ in SOURCES]
    return {source.code: source for source in FundSource.objects.filter(code__in=codes)}


def register_winter(year: int) -> Period:
    """元旦春节 of a year, from December before it to the end of February."""
    period, _ = Period.objects.get_or_create(
        code=f"{year}-winter",
        defaults={
            "title": f"{year}年元旦春节",
            "year": year,
            "starts_on": date(year - 1, 12, 1),
            "ends_on": date(year, 2, 28),
        },
    )
    return period


def open_paying_accounts(
    organisation_ids: list[int], layouts: list[str], *, seed: int
) -> None:
    """Every county pays from an account of its own; the banks' layouts alternate."""
    rng = seeded(seed, "paying accounts")
    PayingAccount.objects.bulk_create(
        [
            PayingAccount(
                organisation_id=organisation_id,
                bank_name=OWN_BANKS[place % len(OWN_BANKS)],
                number=f"6999{whole(rng, 0, 10**15 - 1):015d}",
                layout=layouts[place % len(layouts)],
            )
            for place, organisation_id in enumerate(organisation_ids)
        ],
        ignore_conflicts=True,
    )


def needs_of(root: Organisation) -> dict[int, Need]:
    """Counted from the register; the warmth fund serves two of the three levels."""
    rows = (
        HouseholdDossier.objects.filter(
            organisation__path__startswith=root.path, state=DossierState.ON_FILE
        )
        .values_list("organisation_id", "file_level")
        .annotate(count=Count("id"))
        .order_by("organisation_id")
    )
    sums: dict[int, dict[bool, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for organisation_id, level, count in rows:
        sums[organisation_id][level == FileLevel.CITY] += count * PER_HOUSEHOLD
    return {
        organisation_id: Need(warmth=found[False], own=found[True])
        for organisation_id, found in sums.items()
    }


def fund_winter(
    root: Organisation, year: int, *, on: date, advance: Callable[[int], None]
) -> None:
    """The province receives and hands down; each county adds its own. Repeatable."""
    sources = register_sources()
    cast = Cast(on)
    needs = needs_of(root)
    title = f"{year}年元旦春节送温暖"
    handed = sum((_with_margin(need.warmth) for need in needs.values()), Decimal(0))
    for code, amount in ((WARMTH, handed * MARGIN), (CENTRAL, handed * 2)):
        document = f"演示：{title}{sources[code].name}到账"
        _receive(root, sources[code], _whole(amount), document, cast=cast)
    counties = Organisation.objects.in_bulk(needs)
    for key, need in needs.items():
        if need.warmth:
            transfer = Transfer(
                giver_id=root.pk,
                taker_id=key,
                source_id=sources[WARMTH].pk,
                amount=_with_margin(need.warmth),
                document=f"演示：{title}资金下拨",
            )
            approver = cast.holder(Role.APPROVER, root)
            _once(transfer_funds, transfer=transfer, by=approver, on=on)
        own = _with_margin(need.own) + PER_HOUSEHOLD
        document = f"演示：{title}本级配套"
        _receive(counties[key], sources[OWN], own, document, cast=cast)
        advance(1)


def _receive(
    union: Organisation,
    source: FundSource,
    amount: Decimal,
    document: str,
    *,
    cast: Cast,
) -> None:
    _once(
        receive_funds,
        organisation_id=union.pk,
        source_id=source.pk,
        amount=amount,
        document=document,
        by=cast.holder(Role.PAYER, union),
        on=cast.on,
    )


def _with_margin(amount: Decimal) -> Decimal:
    return _whole(amount * MARGIN)


def _whole(amount: Decimal) -> Decimal:
    """Up to the next hundred yuan."""
    return (amount / 100).to_integral_value(rounding="ROUND_CEILING") * 100


def _once(action: Callable[..., object], **arguments: object) -> None:
    """A document that is on the books already is not entered again."""
    try:
        action(**arguments)
    except Refusal as refusal:
        if refusal.code != "already_posted":
            raise
