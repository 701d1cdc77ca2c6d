"""The life of an upload: handed in, checked, confirmed by a person, applied, ended."""

import hashlib
from datetime import date

from django.db import transaction

from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun, enqueue
from unionportal.core.models.upload import UPLOAD, Upload, UploadRow, UploadState
from unionportal.core.secrets import seal_bytes, unseal_bytes
from unionportal.core.uploads.columns import ImportKind, import_kind, read_head
from unionportal.core.uploads.reading import Table, kind_of, read_table
from unionportal.core.uploads.staging import (
    Counts,
    counted,
    keep_rows,
    lay_out_rows,
    stage_rows,
)

CHECK_JOB = "core.check_upload"
APPLY_JOB = "core.apply_upload"
CONTEXT = "core.upload.content"
IGNORED_SHOWN = 5

BEFORE_CHECK = declare_crashpoint("check_upload.before_commit")
AFTER_CHECK = declare_crashpoint("check_upload.after_commit")
BEFORE_APPLY = declare_crashpoint("apply_upload.before_commit")
AFTER_APPLY = declare_crashpoint("apply_upload.after_commit")


@transaction.atomic
def receive_upload(
    *, kind: str, name: str, content: bytes, on: date, by: Actor
) -> Upload:
    """Take a file in and have it checked; nothing of it is applied yet.

    Refuses a file that is no table, whoever may not import this kind, and the second
    handing-in of a file that still waits.
    """
    found = import_kind(kind)
    found.may(by).require()
    kind_of(name, content)
    digest = hashlib.sha256(content).hexdigest()
    waiting = Upload.objects.filter(
        sha256=digest,
        kind=kind,
        user_id=by.user_id,
        state__in=(UploadState.CHECKING, UploadState.CHECKED, UploadState.CONFIRMED),
    ).first()
    if waiting is not None:
        raise Refusal(
            f"同一个文件正在办理（{waiting.get_state_display()}），请到导入记录中继续。",
            code="twice",
            field="file",
        )
    upload = Upload.objects.create(
        kind=kind,
        name=name[-200:],
        sha256=digest,
        content=seal_bytes(content, context=CONTEXT),
        organisation_id=by.seats[0].organisation_id if by.seats else None,
        user_id=by.user_id,
        user_name=by.name,
    )
    _record(upload, "receive", on=on, by=by, changes={"sha256": digest})
    _enqueue(CHECK_JOB, upload, on=on, by=by)
    return upload


def check_upload(
    *, upload_id: int, on: date, by: Actor, run: JobRun | None = None
) -> Upload:
    """Read, check and judge a file: checking → checked, or refused with the reason.

    A dry run: apart from the upload and its staged rows nothing changes.
    """
    with transaction.atomic():
        upload = _locked(upload_id, run)
        if upload.state != UploadState.CHECKING:
            return upload
        kind = import_kind(upload.kind)
        try:
            with transaction.atomic():
                note = _stage(upload, kind, run)
                kind.judge(by, on)
        except Refusal as refusal:
            _refuse(upload, str(refusal), on=on, by=by)
            return upload
        counts = keep_rows(upload.pk)
        upload.note = note
        _count(upload, counts)
        _move(upload, "check", on=on, by=by, counts=counts)
        crashpoint(BEFORE_CHECK)
    crashpoint(AFTER_CHECK)
    return upload


@transaction.atomic
def confirm_upload(*, upload_id: int, only_right: bool, on: date, by: Actor) -> Upload:
    """checked → confirmed: what was shown is to be applied.

    Refuses a file with wrong rows unless `only_right` says to leave them out, and one
    that would change nothing.
    """
    upload = _locked(upload_id, None)
    import_kind(upload.kind).may(by).require()
    if upload.wrong_count and not only_right:
        raise Refusal(
            f"有 {upload.wrong_count:,} 行有误：请下载标注了错误的文件改好后重新上传，"
            "或选择“只导入无误的行”。",
            code="wrong_rows",
        )
    if not upload.new_count + upload.changed_count:
        raise Refusal(
            "文件里没有需要导入的新内容，系统内的数据不会改变。", code="nothing"
        )
    _move(upload, "confirm", on=on, by=by)
    _enqueue(APPLY_JOB, upload, on=on, by=by)
    return upload


def apply_upload(
    *, upload_id: int, on: date, by: Actor, run: JobRun | None = None
) -> Upload:
    """confirmed → applied, whole; the file and its staged rows go.

    The rows are judged once more. When one of them is no longer right, because the
    register moved since the check, nothing is applied and the upload goes back to be
    confirmed on what is true now.
    """
    with transaction.atomic():
        upload = _locked(upload_id, run)
        if upload.state != UploadState.CONFIRMED:
            return upload
        kind = import_kind(upload.kind)
        lay_out_rows(upload.pk)
        kind.judge(by, on)
        counts = counted()
        if counts.wrong:
            counts = keep_rows(upload.pk)
            _count(upload, counts)
            _move(upload, "return", on=on, by=by, counts=counts)
            return upload
        kind.apply(by, on)
        UploadRow.objects.filter(upload_id=upload.pk).delete()
        upload.content = None
        upload.new_count, upload.changed_count = counts.new, counts.changed
        upload.same_count = counts.same
        _move(upload, "apply", on=on, by=by, counts=counts)
        crashpoint(BEFORE_APPLY)
    crashpoint(AFTER_APPLY)
    return upload


@transaction.atomic
def cancel_upload(*, upload_id: int, on: date, by: Actor) -> Upload:
    """checked → cancelled: nothing was applied, the file and its rows go."""
    upload = _locked(upload_id, None)
    import_kind(upload.kind).may(by).require()
    UPLOAD.target_of("cancel", upload.state)
    UploadRow.objects.filter(upload_id=upload.pk).delete()
    upload.content = None
    _move(upload, "cancel", on=on, by=by)
    return upload


def content_of(upload: Upload) -> bytes:
    """The file as it was handed in. Refuses one that is kept no longer."""
    if upload.content is None:
        raise Refusal("文件办结后不再保留，请使用您自己的原件。", code="gone")
    return unseal_bytes(bytes(upload.content), context=CONTEXT)


# --- how


def _stage(upload: Upload, kind: ImportKind, run: JobRun | None) -> str:
    with read_table(upload.name, content_of(upload)) as table:
        head = read_head(_first(table), kind.columns)
        for staged in stage_rows(kind, head, table.rows):
            if run is not None:
                run.advance(done=staged, note=f"已核对 {staged:,} 行")
        if not counted().rows:
            raise Refusal("表格里只有列名，没有内容行。", code="empty", field="file")
        ignored = "、".join(head.ignored[:IGNORED_SHOWN])
        return f"{table.note}{f'；未识别的列不导入：{ignored}' if ignored else ''}"[
            :300
        ]


def _first(table: Table) -> list[str]:
    for _number, cells in table.rows:
        return cells
    raise Refusal("表格是空的，请核对后重新上传。", code="empty", field="file")


def _locked(upload_id: int, run: JobRun | None) -> Upload:
    if run is not None:
        run.fence()
    return Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)


def _refuse(upload: Upload, problem: str, *, on: date, by: Actor) -> None:
    upload.problem, upload.content = problem[:500], None
    _move(upload, "refuse", on=on, by=by)


def _count(upload: Upload, counts: Counts) -> None:
    upload.row_count = counts.rows
    upload.new_count, upload.changed_count = counts.new, counts.changed
    upload.same_count, upload.wrong_count = counts.same, counts.wrong


def _move(
    upload: Upload, action: str, *, on: date, by: Actor, counts: Counts | None = None
) -> None:
    source = upload.state
    upload.state = UPLOAD.target_of(action, source)
    upload.save()
    changes: dict[str, object] = {"state": [source, upload.state]}
    if counts is not None:
        changes |= {"new": counts.new, "changed": counts.changed, "wrong": counts.wrong}
    _record(upload, action, on=on, by=by, changes=changes)


def _record(
    upload: Upload, verb: str, *, on: date, by: Actor, changes: dict[str, object]
) -> None:
    record(
        by=by,
        verb=verb,
        subject=upload,
        on=on,
        organisation_id=upload.organisation_id,
        changes=changes,
        reason=upload.problem,
    )


def _enqueue(job: str, upload: Upload, *, on: date, by: Actor) -> None:
    enqueue(
        kind=job,
        key=f"upload-{upload.pk}",
        arguments={"upload_id": upload.pk, "on": on.isoformat()},
        by=by,
        organisation_id=upload.organisation_id,
    )
