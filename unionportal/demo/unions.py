"""Basic unions, employers, officers and returns of the demonstration; all invented.

Some employers of 25 and more have no union, some terms and certificates run out, one
application waits: every list of the organisers has something in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from members.actions.organisation import Founding, apply_for_organisation
from members.actions.organisation_changes import move_organisation, rename_organisation
from members.actions.planting import Seedling, plant
from members.enums import (
    EmployerSize,
    Office,
    OrganisationForm,
    OrganisationKind,
    OrganisationLevel,
    Ownership,
    Role,
)
from members.models import (
    Employer,
    LegalCertificate,
    Officer,
    OfficeTerm,
    Organisation,
    Post,
    YearlyReturn,
)
from members.rules.office_term import due_after
from members.rules.uscc import whole_code
from unionportal.core.actor import SYSTEM
from unionportal.demo.chance import seeded, whole, words
from unionportal.demo.names import given_name, surnames_of
from unionportal.demo.places import County

TRADES = (
    ("纺织有限公司", "C"),
    ("水泥有限公司", "C"),
    ("茶业有限公司", "A"),
    ("建筑工程有限公司", "E"),
    ("客运有限公司", "G"),
    ("商贸有限公司", "F"),
    ("物业服务有限公司", "K"),
    ("酒店有限公司", "H"),
)
STEMS = words("兴达 闽隆 新源 瑞丰 华峰 恒泰 永嘉 顺昌 金谷 东盛 海润 佳和")
FIRMS_IN_COUNTY = (4, 7)
COUNTED_ON = date(2025, 6, 30)
RETURNS_FOR = (2024, 2025)
FILED_ON = date(2025, 11, 3)
# Of ten employers, so many have no union.
WITHOUT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """An employer and, if it has one, the union of its staff."""

    code: str
    union_code: str
    name: str
    trade: str
    headcount: int
    county: str
    founded_on: date | None


def firms_of(counties: Sequence[County], *, seed: int) -> Iterator[Firm]:
    """The employers of every county; a large one in three has no union."""
    for county in counties:
        rng = seeded(seed, "firms", county.code)
        for place in range(whole(rng, *FIRMS_IN_COUNTY)):
            ending, trade = TRADES[whole(rng, 0, len(TRADES) - 1)]
            stem = STEMS[(place + whole(rng, 0, 1) * 6) % len(STEMS)]
            body = f"{whole(rng, 10, 99)}{int(county.code) % 10000:04d}{place:02d}"
            has_union = place == 0 or whole(rng, 1, 10) > WITHOUT
            yield Firm(
                code=whole_code(f"91{county.code}", body),
                union_code=whole_code(f"81{county.code}", f"MC{body[2:]}"),
                name=f"{county.name}{stem}{ending}",
                trade=trade,
                headcount=whole(rng, 12, 480),
                county=county.code,
                founded_on=date(whole(rng, 2011, 2025), whole(rng, 1, 10), 15)
                if has_union
                else None,
            )


def load_unions(counties: Sequence[County], *, seed: int) -> int:
    """Plant the unions, register the employers and what they keep; return how many."""
    firms = list(firms_of(counties, seed=seed))
    plant(_seedling(firm) for firm in firms if firm.founded_on)
    unions = {
        union.code: union
        for union in Organisation.objects.filter(
            code__in=[firm.union_code for firm in firms]
        )
    }
    keepers = {
        union.code: union
        for union in Organisation.objects.filter(
            code__in=[county.code for county in counties]
        )
    }
    Employer.objects.bulk_create(
        _employer(firm, keepers[firm.county], unions.get(firm.union_code))
        for firm in firms
    )
    founded = [
        (unions[firm.union_code], firm) for firm in firms if firm.union_code in unions
    ]
    _keep(founded, seed=seed)
    _keep_above(list(keepers.values()), seed=seed)
    _act([union for union, _firm in founded], counties[0])
    return len(founded)


def _seedling(firm: Firm) -> Seedling:
    return Seedling(
        code=firm.union_code,
        parent_code=firm.county,
        name=f"{firm.name}工会委员会",
        short_name=firm.name.removesuffix("有限公司"),
        level=OrganisationLevel.BASIC,
        form=OrganisationForm.COMMITTEE,
        kind=OrganisationKind.SINGLE,
        division_id=firm.county,
        founded_on=firm.founded_on,
        document=f"总工〔{firm.founded_on:%Y}〕{firm.headcount % 60 + 1}号",
    )


def _employer(firm: Firm, keeper: Organisation, union: Organisation | None) -> Employer:
    large = firm.headcount >= 300
    return Employer(
        code=firm.code,
        name=firm.name,
        ownership=Ownership.PRIVATE,
        size=EmployerSize.MEDIUM if large else EmployerSize.SMALL,
        is_above_scale=large,
        trade=firm.trade,
        headcount=firm.headcount,
        counted_on=COUNTED_ON,
        division_id=firm.county,
        keeper=keeper,
        organisation=union,
        covered_on=firm.founded_on if union else None,
    )


def _keep(founded: Sequence[tuple[Organisation, Firm]], *, seed: int) -> None:
    """Officers, term, certificate and two returns of each union."""
    officers, terms, papers, returns = [], [], [], []
    for union, firm in founded:
        rng = seeded(seed, "union", firm.union_code)
        year = 2023 if whole(rng, 1, 8) == 1 else whole(rng, 2024, 2025)
        elected = date(year, whole(rng, 1, 10), 20)
        chair = _name(rng, firm.county)
        officers += [
            Officer(organisation=union, name=name, office=office, starts_on=elected)
            for office, name in (
                (Office.CHAIR, chair),
                (Office.AUDIT_CHAIR, _name(rng, firm.county)),
                (Office.WOMEN_CHAIR, _name(rng, firm.county)),
            )
        ]
        due = due_after(elected, 3)
        terms.append(
            OfficeTerm(
                organisation=union, number=1, years=3, starts_on=elected, due_on=due
            )
        )
        papers.append(
            LegalCertificate(
                organisation=union,
                code=firm.union_code,
                representative=chair,
                issued_on=elected,
                expires_on=due,
            )
        )
        returns += [_return(union, firm, year, rng) for year in RETURNS_FOR]
    Officer.objects.bulk_create(officers)
    OfficeTerm.objects.bulk_create(terms)
    LegalCertificate.objects.bulk_create(papers)
    YearlyReturn.objects.bulk_create(returns)


def _return(union: Organisation, firm: Firm, year: int, rng: Random) -> YearlyReturn:
    due = Decimal(firm.headcount) * 48000 * 2 / 100
    return YearlyReturn(
        organisation=union,
        year=year,
        staff_count=firm.headcount,
        member_count=firm.headcount * whole(rng, 70, 100) // 100,
        activity_count=whole(rng, 0, 9),
        has_account=whole(rng, 1, 10) > 2,
        has_books=whole(rng, 1, 10) > 2,
        dues_due=due,
        dues_paid=due * whole(rng, 60, 100) / 100,
        budget=due * 60 / 100,
        spending=due * whole(rng, 40, 58) / 100,
        filed_on=FILED_ON,
        filed_by_name="演示数据",
    )


def _keep_above(keepers: Sequence[Organisation], *, seed: int) -> None:
    """County unions: a committee of five years, what they granted, their township staff."""
    officers, terms, returns = [], [], []
    for union in keepers:
        rng = seeded(seed, "union", union.code)
        elected = date(whole(rng, 2022, 2025), 6, 18)
        terms.append(
            OfficeTerm(
                organisation=union,
                number=1,
                years=5,
                starts_on=elected,
                due_on=due_after(elected, 5),
            )
        )
        officers.append(
            Officer(
                organisation=union,
                name=_name(rng, union.code),
                office=Office.CHAIR,
                is_full_time=True,
                starts_on=elected,
            )
        )
        spending = Decimal(whole(rng, 200, 900)) * 10000
        returns += [
            YearlyReturn(
                organisation=union,
                year=year,
                staff_count=whole(rng, 8, 30),
                member_count=whole(rng, 8, 30),
                has_account=True,
                has_books=True,
                spending=spending,
                granted=spending * whole(rng, 60, 78) / 100,
                filed_on=FILED_ON,
                filed_by_name="演示数据",
            )
            for year in RETURNS_FOR
        ]
        officers += [
            Officer(
                organisation=township,
                name=_name(rng, union.code),
                office=Office.UNION_STAFF,
                is_full_time=True,
                starts_on=date(whole(rng, 2012, 2025), 7, 1),
            )
            for township in _townships(union)
        ]
    Officer.objects.bulk_create(officers)
    OfficeTerm.objects.bulk_create(terms)
    YearlyReturn.objects.bulk_create(returns)


def _townships(union: Organisation) -> list[Organisation]:
    below = Organisation.objects.filter(
        path__startswith=union.path, level=OrganisationLevel.TOWNSHIP
    )
    return list(below.order_by("path")[:3])


def _act(unions: Sequence[Organisation], county: County) -> None:
    """One union was renamed, one moved to its city; one is applied for."""
    renamed, moved = unions[0], unions[1]
    rename_organisation(
        organisation_id=renamed.pk,
        name=renamed.name.replace("有限公司", "集团有限公司"),
        short_name=f"{renamed.short_name}集团",
        on=FILED_ON,
        by=SYSTEM,
    )
    city = Organisation.objects.get(path=moved.path[: -2 * Organisation.steplen])
    move_organisation(
        organisation_id=moved.pk,
        under_id=city.pk,
        document="总工〔2025〕31号",
        on=FILED_ON,
        by=SYSTEM,
    )
    post = Post.objects.filter(organisation__code=county.code, role=Role.MAKER)
    user = post.select_related("user").order_by("id")[0].user
    entry = Founding(
        parent_id=Organisation.objects.get(code=county.code).pk,
        code=whole_code(f"81{county.code}", "MC999999"),
        name=f"{county.name}快递行业联合工会委员会",
        short_name=f"{county.name}快递行业",
        form=OrganisationForm.JOINT,
        kind=OrganisationKind.TRADE,
    )
    made = apply_for_organisation(entry=entry, on=FILED_ON, by=SYSTEM)
    Organisation.objects.filter(pk=made.pk).update(applied_by=user)


def _name(rng: Random, place: str) -> str:
    is_female = rng.random() < 0.4
    surname = surnames_of(place[:2]).draw(rng)
    return surname + given_name(rng, is_female=is_female, birth_year=1978)
