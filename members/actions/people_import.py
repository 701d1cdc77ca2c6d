"""People by the thousand: what the roster of a union has to look like, and its deed."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from django.db import connection
from django.db.models import Model

from members.enums import Role, Sex
from members.models import BankAccount, Person
from members.permissions.people import can_import_people
from members.permissions.seats import CLIENT
from members.rules.card_number import read_card_number
from members.rules.id_number import read_id_number
from members.rules.name_pinyin import plain_name, spell_name
from members.rules.phone_number import read_phone_number
from unionportal.core.actor import Actor
from unionportal.core.fields import SealedTextField
from unionportal.core.uploads.columns import Column, ImportKind
from unionportal.core.uploads.staging import Flaw, mark_flaws

IMPORTERS = (Role.MAKER, Role.ADMINISTRATOR, CLIENT)

# A union is known by its code; where nothing else is said, the register stays as it is.
_PLACE = """
    CREATE TEMPORARY TABLE row_place ON COMMIT DROP AS
    SELECT row.number, union_.id, union_.path, union_.state
    FROM upload_row AS row
    JOIN members_organisation AS union_ ON union_.code = row.record->>'organisation'
"""
_KNOWN = """
    CREATE TEMPORARY TABLE known_person ON COMMIT DROP AS
    SELECT row.number, person.id, person.name, person.phone_index, person.division_id,
        person.organisation_id, union_.path, person.merged_into_id,
        account.number_index AS account_index,
        held.id AS member_of_id, held.name AS member_of
    FROM upload_row AS row
    JOIN members_person AS person ON person.id_number_index = row.key
    JOIN members_organisation AS union_ ON union_.id = person.organisation_id
    LEFT JOIN members_membership AS standing ON standing.person_id = person.id
        AND standing.state NOT IN ('left', 'expelled')
    LEFT JOIN members_organisation AS held ON held.id = standing.organisation_id
    LEFT JOIN LATERAL (
        SELECT number_index FROM members_bankaccount
        WHERE person_id = person.id AND state <> 'stopped'
        ORDER BY version DESC LIMIT 1
    ) AS account ON true
    WHERE row.key <> ''
"""
# Whatever a row is compared with, one of each at the most.
_BESIDE = """
    LEFT JOIN row_place AS place ON place.number = row.number
    LEFT JOIN known_person AS known ON known.number = row.number
    LEFT JOIN members_division AS division ON division.code = row.record->>'division'
"""
_JUDGE = """
    UPDATE upload_row AS row SET verdict = CASE
        WHEN known.phone_index = COALESCE(row.record->>'phone_index', known.phone_index)
         AND known.organisation_id = place.id
         AND known.division_id IS NOT DISTINCT FROM
             COALESCE(row.record->>'division', known.division_id)
         AND COALESCE(known.account_index, '') = COALESCE(
             row.record->>'account_index', known.account_index, '')
        THEN 'same' ELSE 'changed' END
    FROM known_person AS known JOIN row_place AS place USING (number)
    WHERE known.number = row.number AND row.verdict <> 'wrong'
"""
_INSERT = """
    INSERT INTO members_person (name, name_pinyin, name_initials, id_number,
        id_number_index, id_kind, birth_date, sex, phone, phone_index,
        organisation_id, division_id)
    SELECT record->>'name', record->>'name_pinyin', record->>'name_initials',
        decode(record->>'id_number', 'hex'), key, record->>'id_kind',
        (record->>'birth_date')::date, record->>'sex', decode(record->>'phone', 'hex'),
        COALESCE(record->>'phone_index', ''), place.id, record->>'division'
    FROM upload_row JOIN row_place AS place USING (number)
    WHERE verdict = 'new' ORDER BY number
"""
_UPDATE = """
    UPDATE members_person AS person SET
        phone = COALESCE(decode(row.record->>'phone', 'hex'), person.phone),
        phone_index = COALESCE(row.record->>'phone_index', person.phone_index),
        organisation_id = place.id,
        division_id = COALESCE(row.record->>'division', person.division_id)
    FROM upload_row AS row JOIN row_place AS place USING (number)
    WHERE row.verdict = 'changed' AND person.id_number_index = row.key
"""
# A new card waits for its second person, like one that was typed in.
_ACCOUNTS = """
    INSERT INTO members_bankaccount (person_id, version, bank_name, number,
        number_index, number_last4, holder_name, state, created_by_id,
        created_by_name, stopped_by_name, stop_reason)
    SELECT person.id, COALESCE(
            (SELECT max(version) FROM members_bankaccount WHERE person_id = person.id),
            0) + 1,
        row.record->>'bank_name', decode(row.record->>'account', 'hex'),
        row.record->>'account_index', row.record->>'account_last4', person.name,
        'pending', %s, %s, '', ''
    FROM upload_row AS row
    JOIN members_person AS person ON person.id_number_index = row.key
    WHERE row.verdict IN ('new', 'changed') AND row.record ? 'account'
      AND NOT EXISTS (SELECT FROM members_bankaccount AS held
          WHERE held.person_id = person.id AND held.state <> 'stopped'
            AND held.number_index = row.record->>'account_index')
"""


def _context(model: type[Model], field: str) -> str:
    found = model._meta.get_field(field)
    if not isinstance(found, SealedTextField):
        raise TypeError(f"{model.__name__}.{field} is not sealed")
    return found.context


@lru_cache(maxsize=4096)  # names come again, and their spelling is dear
def _read_name(text: str) -> dict[str, str]:
    name = plain_name(text)
    spelling = spell_name(name)
    return {
        "name": name,
        "name_pinyin": spelling.pinyin,
        "name_initials": spelling.initials,
    }


def _read_identity(text: str) -> dict[str, str]:
    read = read_id_number(text, on=date.max)
    return {
        "id_number": read.number,
        "birth_date": read.birth_date.isoformat(),
        "sex": read.sex,
        "id_kind": read.kind,
    }


def _read_card(text: str) -> dict[str, str]:
    number = read_card_number(text)
    return {"account": number, "account_last4": number[-4:]}


_SEXES = {str(label): str(value) for value, label in Sex.choices}


def _read_sex(text: str) -> str:
    return _SEXES[text]


COLUMNS = (
    Column("name", "姓名", _read_name, is_required=True, longest=60, width=12),
    Column(
        "id_number",
        "身份证号",
        _read_identity,
        is_required=True,
        aliases=("证件号码", "公民身份号码"),
        seal_as=_context(Person, "id_number"),
        index_as="id_number",
        width=22,
        hint="18 位；整列请先设为文本格式",
    ),
    Column(
        "stated_sex",
        "性别",
        _read_sex,
        choices=tuple(_SEXES),
        width=8,
        hint="可不填；填写时与身份证号核对",
    ),
    Column(
        "phone",
        "手机号",
        read_phone_number,
        aliases=("手机号码", "联系电话"),
        seal_as=_context(Person, "phone"),
        index_as="phone",
    ),
    Column(
        "organisation",
        "工会代码",
        is_required=True,
        longest=18,
        width=14,
        hint="所属工会在“工会组织”中的代码",
    ),
    Column(
        "division", "户籍区划代码", aliases=("户籍代码",), longest=9, hint="6 或 9 位"
    ),
    Column("bank_name", "开户行", longest=60, width=24),
    Column(
        "account",
        "银行卡号",
        _read_card,
        aliases=("收款账号",),
        seal_as=_context(BankAccount, "number"),
        index_as="account",
        width=24,
        hint="本人名下；导入后由另一人核验",
    ),
)


def judge_people(by: Actor, on: date) -> None:
    """Compare the staged people with the register; see `ImportKind.judge`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS pg_temp.row_place, pg_temp.known_person;"
            f"{_PLACE};{_KNOWN};ANALYZE row_place;ANALYZE known_person"
        )
    mark_flaws([*_wrong_places(by), *_wrong_identities(on)], beside=_BESIDE)
    with connection.cursor() as cursor:
        cursor.execute(_JUDGE)


def _wrong_places(by: Actor) -> list[Flaw]:
    flaws = [
        Flaw(
            "organisation",
            "'没有代码为“' || (row.record->>'organisation') || '”的工会，请核对。'",
            "row.record ? 'organisation' AND place.id IS NULL",
            code="unknown",
        ),
        Flaw(
            "division",
            "'没有代码为“' || (row.record->>'division') || '”的区划，请核对。'",
            "row.record ? 'division' AND division.code IS NULL",
            code="unknown",
        ),
        Flaw(
            "organisation",
            "'该工会在筹备或已注销，不能登记人员，请核对代码。'",
            "place.state IN ('forming', 'dissolved')"
            " AND place.id IS DISTINCT FROM known.organisation_id",
            code="state",
        ),
        # Only a transfer, to which both unions say yes, moves a member (转会).
        Flaw(
            "organisation",
            "'该人的会籍在“' || known.member_of || '”，请办理转会，不能以导入改动。'",
            "known.member_of_id <> place.id AND known.organisation_id <> place.id",
            code="member_elsewhere",
        ),
    ]
    if by.is_system:
        return flaws
    return [
        *flaws,
        Flaw(
            "organisation",
            "'该工会不在您的管理范围内，请由其所属工会或上级工会导入。'",
            *_outside("place.path", _paths(by)),
            code="outside",
        ),
        Flaw(
            "id_number",
            "'该人已登记在您管理范围以外的工会，请联系上级工会。'",
            *_outside("known.path", _paths(by)),
            code="outside",
        ),
    ]


def _wrong_identities(on: date) -> list[Flaw]:
    return [
        Flaw(
            "id_number",
            "'出生日期晚于办理日期，请核对。'",
            "(row.record->>'birth_date')::date > %s",
            (on,),
            code="future",
        ),
        Flaw(
            "stated_sex",
            "'性别与身份证号不一致，请核对。'",
            "row.record->>'stated_sex' <> row.record->>'sex'",
            code="contradiction",
        ),
        Flaw(
            "name",
            "'该身份证号登记的姓名与表中不同，请核对；确已改名的请单独更正。'",
            "known.name <> row.record->>'name'",
            code="other_name",
        ),
        Flaw(
            "id_number",
            "'该身份证号的登记已并入另一份登记，请改用保留的那份登记。'",
            "known.merged_into_id IS NOT NULL",
            code="moved",
        ),
        Flaw(
            "bank_name",
            "'填了银行卡号，开户行不能为空。'",
            "row.record ? 'account' AND NOT row.record ? 'bank_name'",
            code="required",
        ),
    ]


def apply_people(by: Actor, on: date) -> None:
    """Write the people judged new or changed; see `ImportKind.apply`.

    A cell left empty leaves the register as it is. A card that is not known of the
    person becomes his next account and waits for another person's check.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{_INSERT};{_UPDATE};{_ACCOUNTS}", [by.user_id, by.name])


def _paths(by: Actor) -> list[str]:
    """Where he may import to; a post that reaches its own place alone imports nothing."""
    seats = [seat for seat in by.seats if seat.role in IMPORTERS]
    return [seat.path for seat in seats if seat.path and not seat.only_here]


def _outside(column: str, paths: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """A condition: the path is known and lies under none of these."""
    ranges = " OR ".join(f'{column} COLLATE "C" BETWEEN %s AND %s' for _path in paths)
    bounds = tuple(bound for path in paths for bound in (path, f"{path}~"))
    return f"{column} IS NOT NULL AND NOT ({ranges or 'false'})", bounds


PEOPLE = ImportKind(
    code="people",
    label="人员名册",
    columns=COLUMNS,
    key="id_number_index",
    may=can_import_people,
    judge=judge_people,
    apply=apply_people,
    example={
        "name": "林小满",
        "id_number": "11010519491231002X",
        "stated_sex": "女",
        "phone": "13800138000",
        "organisation": "350426",
        "division": "350426",
        "bank_name": "中国工商银行尤溪支行",
        "account": "6222020200000000014",
    },
)
