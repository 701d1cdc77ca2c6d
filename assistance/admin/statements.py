"""Statements on the staff site: the accounts' months, the files, each line and its match."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.matches import confirm_matches, enter_bank_line, undo_match
from assistance.actions.returns import LARGEST_FILE
from assistance.actions.statements import collect_statements, import_statement
from assistance.admin.exports import ExportPage
from assistance.admin.forms import ReasonForm
from assistance.admin.reach import anywhere
from assistance.admin.search import offer, offer_calendar
from assistance.enums import ExportedList, LineKind, Side
from assistance.models import FundSource, StatementLine
from assistance.permissions.statements import (
    can_enter_bank_line,
    can_import_statement,
    can_match_lines,
)
from assistance.queries.filters import StatementLineFilter
from assistance.queries.funds import fund_sources
from assistance.queries.matches import (
    candidates_for,
    lines_visible_to,
    matches_of,
    movements_by_id,
    refusals_visible_to,
    statements_visible_to,
    with_match,
)
from assistance.queries.reconciliations import reconciliations_visible_to
from members.auth.export import CHUNK, rows_of, words
from members.auth.staff import StaffPage
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.sheets import Column
from unionportal.core.typed import record_key

LISTED = 200
YES_OR_NO = (("true", "是"), ("false", "否"))
LINES: tuple[Column[StatementLine], ...] = (
    Column("日期", lambda row: row.on, "day"),
    Column("收付", lambda row: words(Side)[row.side], width=8),
    Column("金额（元）", lambda row: row.amount, "yuan"),
    Column("余额（元）", lambda row: row.balance, "yuan", width=16),
    Column("对方户名", lambda row: row.counterparty, width=24),
    Column("凭证号", lambda row: row.reference, width=24),
    Column("摘要", lambda row: row.summary, width=24),
    Column("性质", lambda row: words(LineKind)[row.kind], width=8),
    Column("两清日期", lambda row: getattr(row, "cleared_on", None), "day"),
)


class StatementFileForm(forms.Form):
    """A statement as the bank wrote it."""

    file = forms.FileField(label=_("银行对账单文件"))


class SourceForm(forms.Form):
    """The source that bears a fee or keeps an interest."""

    source = forms.ModelChoiceField(
        label=_("资金来源"), queryset=FundSource.objects.none()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every source."""
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = fund_sources()  # type: ignore[attr-defined]


class StatementList(StaffPage):
    """Months to be reconciled, statements that came in, and the way to bring one in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the newest months and files; a refused one with its problems."""
        return self.page(
            "staff/statements.html",
            title="银行对账",
            months=reconciliations_visible_to(self.actor)[:LISTED],
            statements=statements_visible_to(self.actor)[:LISTED],
            refusals=refusals_visible_to(self.actor)[:20],
            verbs=arranged(self.verbs()),
        )

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Take in one uploaded file, or what lies in the bank's folder."""
        form = StatementFileForm(request.POST, request.FILES)
        if "file" in request.FILES and form.is_valid():
            upload = form.cleaned_data["file"]
            attempt(request, lambda: self.bring_in(upload), done="对账单已处理。")
        else:
            attempt(
                request,
                lambda: collect_statements(by=self.actor, on=self.on),
                done="已收取对账单目录。",
            )
        return redirect("staff_assistance:statements")

    def bring_in(self, upload: UploadedFile[bytes]) -> None:
        """Hand the bytes to the action and tell what they came to."""
        outcome = import_statement(
            content=upload.read(LARGEST_FILE + 1),
            name=upload.name or "对账单",
            by=self.actor,
            on=self.on,
        )
        messages.info(self.request, outcome.sentence)

    def verbs(self) -> list[Verb]:
        """Two ways in: from a file, or from the bank's folder."""
        url = reverse("staff_assistance:statements")
        may = anywhere(self.actor, can_import_statement)
        return [
            Verb(
                label="导入对账单",
                url=url,
                verdict=may,
                tone="next",
                form=StatementFileForm(),
            ),
            Verb(label="收取对账单目录", url=url, verdict=may),
        ]


class StatementPage(StaffPage):
    """One statement with its lines."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a page of its lines, each with where it stands."""
        statement = get_object_or_404(statements_visible_to(self.actor), pk=pk)
        chosen = chosen_lines(request, statement.pk, self)
        offer(chosen, "is_matched", YES_OR_NO)
        offer_calendar(chosen, "on")
        return self.page(
            "staff/statement.html",
            title=f"对账单 {statement.name}",
            statement=statement,
            filter=chosen,
            lines=keyset_page(request, chosen.qs),
        )


class StatementExport(ExportPage):
    """The lines of a statement that the search row asks for."""

    def made(self, **keys: int) -> HttpResponseBase:
        """Send them."""
        statement = get_object_or_404(statements_visible_to(self.actor), pk=keys["pk"])
        rows = rows_of(chosen_lines(self.request, statement.pk, self))
        what = ExportedList.STATEMENT_LINES
        self.write_down(what, statement, rows.count())
        found = rows.iterator(chunk_size=CHUNK)
        return self.workbook(what, LINES, found, statement.name)

    def back(self, **keys: int) -> str:
        """The statement."""
        return reverse("staff_assistance:statement", args=(keys["pk"],))


def chosen_lines(
    request: HttpRequest, statement: int, page: StaffPage
) -> StatementLineFilter:
    """The lines of a statement that the search row asks for."""
    lines = with_match(lines_visible_to(page.actor).filter(statement=statement))
    return StatementLineFilter(request.GET, queryset=lines)


class LinePage(StaffPage):
    """One line of the bank: what answers it, or what may."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the line, its matches past and present, and what may answer it."""
        line = found(self, pk)
        matches = matches_of(line)
        return self.page(
            "staff/statement_line.html",
            title=f"对账单明细 {line.on}",
            line=line,
            matches=[
                (match, self.movements(matches).get(match.movement_id or 0))
                for match in matches
            ],
            candidates=[] if is_matched(line) else candidates_for(line),
            may_match=can_match_lines(self.actor, line.paying_account),
            verbs=arranged(self.verbs(line)),
        )

    def movements(self, matches: list[Any]) -> dict[int, Any]:
        """What the matches name on the books."""
        return movements_by_id([match.movement_id for match in matches])

    def verbs(self, line: StatementLine) -> list[Verb]:
        """Take the match back, or enter the line on the books."""

        def url(name: str) -> str:
            return reverse("staff_assistance:statement-line-verb", args=(line.pk, name))

        account = line.paying_account
        if is_matched(line):
            may = can_match_lines(self.actor, account)
            undo = Verb(
                label="取消核对",
                url=url("undo"),
                verdict=may,
                tone="danger",
                form=ReasonForm(),
            )
            return [undo]
        label = "登记利息" if line.side == Side.IN else "登记手续费"
        return [
            Verb(
                label=label,
                url=url("enter"),
                verdict=can_enter_bank_line(self.actor, account),
                form=SourceForm(),
            )
        ]


class LineVerb(StaffPage):
    """A verb on one line; each is one action."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to the line."""
        line = found(self, pk)
        action, done = self.action_of(verb, line)
        attempt(request, action, done=done)
        return redirect("staff_assistance:statement-line", pk=pk)

    def action_of(
        self, verb: str, line: StatementLine
    ) -> tuple[Callable[[], object], str]:
        """Bind a verb of the address to its action and the sentence for success."""
        common: dict[str, Any] = {"by": self.actor, "on": self.on}
        post = self.request.POST
        if verb == "undo":
            reason = post.get("reason", "")
            group = getattr(line, "match_group", None) or 0
            return (
                lambda: undo_match(group=group, reason=reason, **common),
                "已取消核对。",
            )
        if verb == "enter":
            source = record_key(post.get("source", ""))
            return (
                lambda: enter_bank_line(line_id=line.pk, source_id=source, **common),
                "已入账并核对。",
            )
        if verb != "confirm":
            raise Http404
        pairs = [
            (line.pk, key)
            for each in post.getlist("movement")
            if (key := record_key(each))
        ]
        return (
            lambda: confirm_matches(
                account_id=line.paying_account_id, pairs=pairs, **common
            ),
            "已核对。",
        )


def is_matched(line: StatementLine) -> bool:
    """Whether a match of the line stands."""
    return getattr(line, "match_group", None) is not None


def found(page: StaffPage, pk: int) -> StatementLine:
    """A line in reach; another union's does not exist."""
    return get_object_or_404(with_match(lines_visible_to(page.actor)), pk=pk)
