"""The table of doors: every address, and what each kind of visitor gets there.

A new address gets a line here. The answers stand in the order of VISITORS: a status,
`login` (sent to a sign-in), `desk` (staff sent to their first page, which is also the
admin's answer for a record that does not exist), `moved` (sent on after a deed), or
`-` where the question makes no sense.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

VISITORS = (
    "anonymous",
    "worker",
    "neighbour",
    "neighbour_system",
    "own",
    "own_system",
)
# What a clerk would have to fill in, so that a verb fails for want of a right only.
FORM: Mapping[str, str] = {
    "amount": "1.00",
    "answer": "核对过了",
    "comment": "核对过了",
    "per_minute": "900",
    "reason": "核对过了",
    "text": "核对过了",
    "verdict": "核对过了",
}


@dataclass(frozen=True)
class Door:
    """One address; `key` names the county's record that stands in it.

    `writers` leave a mark of their own there: nobody's record but theirs changes.
    """

    get: str
    post: str
    key: str = ""
    verbs: tuple[str, ...] = ("",)
    path: str = ""
    writers: frozenset[str] = frozenset()
    form: Mapping[str, str] = field(default_factory=lambda: FORM)

    def of(self, key: str, *verbs: str) -> Self:
        """The same door before another kind of record, by these verbs."""
        return replace(self, key=key, verbs=verbs or ("",))

    def at(self, path: str) -> Self:
        """The same door where the pattern does not tell the path."""
        return replace(self, path=path)

    def expected(self, method: str) -> dict[str, str]:
        """Who is asked by a method, and what he should get."""
        answers = (self.get if method == "get" else self.post).split()
        pairs = zip(VISITORS, answers, strict=True)
        return {who: answer for who, answer in pairs if answer != "-"}


NOBODY = "405 405 405 405 405 405"
OVER = "404 404 404 404 404 404"
MOVED = "moved moved moved moved moved moved"
LOGIN = "login login login login login login"
# --- the staff's pages
STAFF_LIST = Door(
    get="login login 200 login 200 login", post="login login 405 login 405 login"
)
STAFF_RECORD = Door(
    get="login login 404 login 200 login", post="login login 405 login 405 login"
)
STAFF_VERB = Door(
    get="login login 405 login 405 login", post="login login 404 login moved login"
)
STAFF_FORM = Door(
    get="login login 200 login 200 login", post="login login 200 login 200 login"
)
# Whoever takes a list of his own is written down.
EXPORT_LIST = Door(
    get="login login 405 login 405 login",
    post="login login 200 login 200 login",
    writers=frozenset({"neighbour"}),
)
EXPORT_RECORD = Door(
    get="login login 405 login 405 login", post="login login 404 login 200 login"
)
# --- the admin's lists and records of members
LIST = Door(
    get="login login 200 login 200 login", post="login login 200 login 200 login"
)
ADD = Door(
    get="login login 200 login 200 login", post="login login 200 login 200 login"
)
NEVER = Door(
    get="login login 403 login 403 login", post="login login 403 login 403 login"
)
RECORD = Door(
    get="login login desk login 200 login", post="login login 403 login 403 login"
)
HISTORY = Door(
    get="login login desk login 200 login", post="login login desk login 200 login"
)
VERB = Door(
    get="login login 404 login 404 login", post="login login 404 login moved login"
)
PAPER = Door(
    get="login login 404 login 200 login", post="login login 405 login 405 login"
)
GONE = Door(
    get="login login 404 login 404 login", post="login login 404 login 404 login"
)
OLD = Door(
    get="login login moved login moved login",
    post="login login moved login moved login",
)
ON_THE_WAY = "moved desk desk moved desk moved"
DESK_LOGIN = "login login login login login login"
CONFIRMED = Door(
    get="login login moved login moved login",
    post="login login moved login moved login",
)
# --- the workers' pages
WORKER_LIST = Door(
    get="login 200 200 login 200 login", post="login 405 405 login 405 login"
)
WORKER_OWN = Door(
    get="login 404 404 login 404 login", post="login 404 404 login 404 login"
)
# --- the API
API_LIST = Door(get="401 401 401 200 401 200", post="401 401 401 405 401 405")
API_RECORD = Door(get="401 401 401 404 401 200", post="401 401 401 405 401 405")
API_LINES = Door(get=API_RECORD.get, post="401 401 401 404 401 405")
# Nobody registered an address yet.
API_WEBHOOK = Door(get="401 401 401 404 401 404", post="401 401 401 405 401 405")
# A token for reading alone does not write.
API_BULK = Door(get="401 401 401 403 401 403", post="401 401 401 403 401 403")
# --- everybody's
OPEN = Door(get="200 200 200 200 200 200", post=NOBODY)


def records(model: str, *verbs: str, add: Door = NEVER) -> dict[str, Door]:
    """The addresses that the admin makes for one model of members."""
    name = f"admin:members_{model}"
    key = f"members_{model}"
    return {
        f"{name}_changelist": LIST,
        f"{name}_add": add,
        f"{name}_export": EXPORT_LIST,
        f"{name}_change": RECORD.of(key),
        f"{name}_history": HISTORY.of(key),
        f"{name}_delete": NEVER.of(key),
        f"{name}_verb": VERB.of(key, *verbs) if verbs else GONE.of(key, "none"),
        f"staff/members/{model}/<path:object_id>/": OLD.of(key),
    }


DOORS: dict[str, Door] = {
    "home": Door(get="200 200 desk 200 desk 200", post=NOBODY),
    "health": Door(get="503 - - - - -", post=NOBODY),
    "ready": OPEN,
    # There is staff already: the first run is over.
    "setup": Door(get=OVER, post=OVER),
    "metrics": Door(get="200 - - - - -", post="200 - - - - -"),
    # --- rounds to payments
    "staff_assistance:rounds": STAFF_LIST,
    "staff_assistance:round": STAFF_RECORD.of("round"),
    "staff_assistance:round-progress": STAFF_RECORD.of("round"),
    # Not closed yet: there is none.
    "staff_assistance:certificate": Door(
        get=GONE.get, post="login login 405 login 405 login"
    ).of("round"),
    "staff_assistance:counties-export": EXPORT_RECORD.of("round"),
    "staff_assistance:round-verb": STAFF_VERB.of(
        "round", "compute", "publish", "release", "close", "cancel", "supplement"
    ),
    "staff_assistance:determinations": STAFF_RECORD.at(
        "/staff/assistance/determinations/?round={round}"
    ),
    "staff_assistance:determinations-export": EXPORT_RECORD.at(
        "/staff/assistance/determinations/export/?round={round}"
    ),
    "staff_assistance:determination": STAFF_RECORD.of("determination"),
    "staff_assistance:determination-approval-form": EXPORT_RECORD.of("determination"),
    "staff_assistance:decide-amount": STAFF_VERB.of("determination"),
    "staff_assistance:batches": STAFF_LIST,
    "staff_assistance:batch": STAFF_RECORD.of("batch"),
    "staff_assistance:batch-export": EXPORT_RECORD.of("batch"),
    "staff_assistance:batch-print": EXPORT_RECORD.of("batch"),
    "staff_assistance:batch-verb": STAFF_VERB.of(
        "batch",
        "submit",
        "check",
        "approve",
        "endorse",
        "instruct",
        "send-back",
        "follow-up",
        "voucher",
    ),
    "staff_assistance:payments": STAFF_LIST,
    "staff_assistance:payments-export": EXPORT_LIST,
    "staff_assistance:payment": STAFF_RECORD.of("payment"),
    "staff_assistance:payment-verb": STAFF_VERB.of(
        "payment", "hold", "resume", "withdraw", "end"
    ),
    "staff_assistance:bank-files": Door(
        get=STAFF_LIST.get, post="login login moved login moved login"
    ),
    # --- statements and reconciled months
    "staff_assistance:statements": Door(
        get=STAFF_LIST.get, post="login login moved login moved login"
    ),
    "staff_assistance:statement": STAFF_RECORD.of("statement"),
    "staff_assistance:statement-export": EXPORT_RECORD.of("statement"),
    "staff_assistance:statement-line": STAFF_RECORD.of("statement_line"),
    "staff_assistance:statement-line-verb": STAFF_VERB.of(
        "statement_line", "confirm", "enter", "undo"
    ),
    "staff_assistance:reconciliation": STAFF_RECORD.of("reconciliation"),
    "staff_assistance:outstanding": STAFF_RECORD.of("reconciliation"),
    "staff_assistance:outstanding-export": EXPORT_RECORD.of("reconciliation"),
    "staff_assistance:reconciliation-export": EXPORT_RECORD.of("reconciliation"),
    "staff_assistance:reconciliation-print": EXPORT_RECORD.of("reconciliation"),
    "staff_assistance:reconciliation-verb": STAFF_VERB.of(
        "reconciliation",
        "match",
        "confirm",
        "opening",
        "explain",
        "prepare",
        "return",
        "close",
        "reopen",
    ),
    # --- dossiers, schemes, funds, inquiries
    "staff_assistance:applications": STAFF_LIST,
    "staff_assistance:applications-export": EXPORT_LIST,
    "staff_assistance:application": STAFF_RECORD.of("aid_application"),
    "staff_assistance:application-verb": STAFF_VERB.of(
        "aid_application",
        *("accept", "ask", "refuse", "visit", "announce", "file", "decline"),
    ),
    "staff_assistance:application-form": EXPORT_RECORD.of("aid_application"),
    # What leads to a round and not to a file has no visit: told on its page.
    "staff_assistance:application-visit-form": Door(
        get=EXPORT_RECORD.get, post=STAFF_VERB.post
    ).of("aid_application"),
    "staff_assistance:application-approval-form": EXPORT_RECORD.of("aid_application"),
    "staff_assistance:application-paper": EXPORT_RECORD.of("aid_evidence"),
    "staff_assistance:windows": STAFF_LIST,
    "staff_assistance:window": Door(get=STAFF_RECORD.get, post=STAFF_VERB.post).of(
        "aid_window"
    ),
    "staff_assistance:window-open": STAFF_FORM.of("scheme"),
    "staff_assistance:dossiers": STAFF_LIST,
    "staff_assistance:dossiers-export": EXPORT_LIST,
    "staff_assistance:dossier-new": STAFF_FORM,
    "staff_assistance:dossier": STAFF_RECORD.of("dossier"),
    "staff_assistance:dossier-recheck": Door(
        get=STAFF_RECORD.get, post="login login 404 login 200 login"
    ).of("dossier"),
    "staff_assistance:dossier-verb": STAFF_VERB.of(
        "dossier", "close", "reopen", "tell-leaving", "hear-leaving", "keep"
    ),
    "staff_assistance:dossier-form": EXPORT_RECORD.of("dossier"),
    "staff_assistance:dossier-visit-form": EXPORT_RECORD.of("dossier"),
    "staff_assistance:visit-new": Door(
        get=STAFF_RECORD.get, post="login login 404 login 200 login"
    ).of("dossier"),
    "staff_assistance:visit-paper": EXPORT_RECORD.of("visit_paper"),
    "staff_assistance:standing-lists": STAFF_LIST,
    "staff_assistance:schemes": STAFF_LIST,
    "staff_assistance:scheme-text": STAFF_FORM,
    "staff_assistance:scheme": STAFF_LIST.of("scheme"),
    "staff_assistance:round-open": STAFF_FORM.of("scheme"),
    "staff_assistance:scheme-verb": Door(
        get=STAFF_VERB.get, post="login login moved login moved login"
    ).of("scheme", "publish", "withdraw"),
    "staff_assistance:what-if-ask": STAFF_FORM.of("scheme"),
    "staff_assistance:what-ifs": STAFF_LIST,
    "staff_assistance:what-if": STAFF_RECORD.of("what_if"),
    "staff_assistance:what-if-progress": STAFF_RECORD.of("what_if"),
    "staff_assistance:what-if-changes": STAFF_RECORD.of("what_if"),
    "staff_assistance:what-if-export": EXPORT_RECORD.of("what_if"),
    "staff_assistance:funds": STAFF_LIST,
    "staff_assistance:entries": STAFF_LIST,
    "staff_assistance:fund-receive": STAFF_FORM,
    "staff_assistance:fund-transfer": STAFF_FORM,
    "staff_assistance:paying-accounts": STAFF_LIST,
    "staff_assistance:paying-account": Door(
        get=STAFF_RECORD.get, post="login login 404 login 200 login"
    ).of("members_organisation"),
    # Named by every union alike: entered by the topmost's administrator alone.
    "staff_assistance:periods": Door(
        get=STAFF_LIST.get, post="login login moved login moved login"
    ),
    "staff_assistance:fund-sources": Door(
        get=STAFF_LIST.get, post="login login moved login moved login"
    ),
    "staff_assistance:subject-codes": Door(
        get=STAFF_RECORD.get, post="login login 404 login 200 login"
    ).of("members_organisation"),
    "staff_assistance:vouchers": STAFF_LIST,
    "staff_assistance:vouchers-export": EXPORT_LIST,
    "staff_assistance:voucher": STAFF_RECORD.of("voucher"),
    "staff_assistance:voucher-print": EXPORT_RECORD.of("voucher"),
    "staff_assistance:voucher-verb": STAFF_VERB.of(
        "voucher", "number", "unnumber", "void"
    ),
    # Of all the books: a county reads nothing there, and may not ask for one.
    "staff_assistance:proofs": Door(
        get=STAFF_LIST.get, post="login login moved login moved login"
    ),
    "staff_assistance:sample": STAFF_RECORD.of("round"),
    "staff_assistance:round-sample-verb": STAFF_VERB.of(
        "round", "draw", "waive", "take"
    ),
    "staff_assistance:sample-items": STAFF_LIST,
    "staff_assistance:sample-export": EXPORT_LIST,
    "staff_assistance:call-sheet": EXPORT_LIST,
    "staff_assistance:sample-item": STAFF_RECORD.of("sample_item"),
    "staff_assistance:sample-item-verb": STAFF_VERB.of(
        "sample_item", "record", "phone", "give-back", "correct", "end-finding"
    ),
    "staff_assistance:inquiries": STAFF_LIST,
    "staff_assistance:inquiry": Door(
        get=STAFF_RECORD.get, post="login login 404 login moved login"
    ).of("inquiry"),
    # --- imports: each sees what he handed in himself
    "staff_imports:uploads": STAFF_FORM,
    "staff_imports:template": Door(
        get=STAFF_LIST.get, post="login login 405 login 405 login"
    ).at("/staff/imports/templates/people/"),
    "staff_imports:upload": STAFF_RECORD.of("upload"),
    "staff_imports:upload-progress": STAFF_RECORD.of("upload"),
    "staff_imports:marked": STAFF_RECORD.of("upload"),
    "staff_imports:upload-verb": STAFF_VERB.of(
        "upload", "confirm", "confirm-right", "cancel"
    ),
    # --- unions and employers
    "staff_members:unions": STAFF_LIST,
    "staff_members:union-new": STAFF_FORM,
    "staff_members:union-figures": STAFF_LIST,
    "staff_members:union": STAFF_RECORD.of("members_organisation"),
    "staff_members:tree-branch": STAFF_RECORD.of("members_organisation"),
    "staff_members:union-verb": STAFF_VERB.of(
        "members_organisation",
        *("rename", "move", "dues", "lock", "merge", "dissolve", "delay"),
        *("certify", "elect", "take-office", "file-return"),
    ),
    "staff_members:unions-export": EXPORT_LIST,
    "staff_members:employers-export": EXPORT_LIST,
    "staff_members:returns": STAFF_LIST,
    "staff_members:returns-export": EXPORT_LIST,
    "staff_members:flags": STAFF_LIST,
    "staff_members:census": Door(
        get="login login 405 login 405 login",
        post="login login moved login moved login",
    ),
    "staff_members:dissolution-notice": Door(
        get="login login 405 login 405 login",
        post="login login moved login moved login",
    ),
    "staff_members:flags-export": EXPORT_LIST,
    "staff_members:own-flags": STAFF_LIST,
    "staff_members:own-flag-new": STAFF_FORM,
    "staff_members:own-flag": STAFF_RECORD.of("members_ownflag"),
    "staff_members:own-flag-verb": STAFF_VERB.of(
        "members_ownflag", "try", "approve", "refuse", "withdraw"
    ),
    "staff_members:flag": STAFF_RECORD.of("members_unionflag"),
    "staff_members:flag-paper": EXPORT_RECORD.of("flag_paper"),
    "staff_members:flag-verb": STAFF_VERB.of("members_unionflag", "repair", "explain"),
    "staff_members:privacy-requests": STAFF_LIST,
    "staff_members:privacy-request": STAFF_RECORD.of("privacy_request"),
    "staff_members:privacy-request-verb": STAFF_VERB.of(
        "privacy_request", "endorse", "refuse"
    ),
    "staff_members:disclosures": STAFF_LIST,
    "staff_members:disclosures-export": EXPORT_LIST,
    "staff_members:consents": STAFF_LIST,
    "staff_members:consent-subject": STAFF_RECORD.at(
        "/staff/organisations/consents/person/{members_person}/"
    ),
    "staff_members:consent-verb": STAFF_VERB.at(
        "/staff/organisations/consents/person/{members_person}/paper/"
    ),
    "staff_members:employers": STAFF_LIST,
    "staff_members:employer-new": STAFF_FORM,
    "staff_members:organising": STAFF_LIST,
    "staff_members:organising-export": EXPORT_LIST,
    "staff_members:organising-case": STAFF_RECORD.of("members_organisingcase"),
    "staff_members:organising-verb": STAFF_VERB.of(
        "members_organisingcase", "note", "end"
    ),
    "staff_members:employer": STAFF_RECORD.of("members_employer"),
    "staff_members:employer-verb": STAFF_VERB.of(
        "members_employer", "change", "cover", "tie", "close"
    ),
    # The new phone is proven first.
    "members_auth:phone-changed": Door(get=MOVED, post=MOVED),
    "members_auth:phone-keep": Door(get=NOBODY, post="404 404 404 404 404 404"),
    # --- staff identity: second factors, the password once more
    "account_login": Door(get=DESK_LOGIN, post=DESK_LOGIN),
    "account_logout": Door(get=DESK_LOGIN, post=DESK_LOGIN),
    # Between password and session: nobody here is on the way in.
    "mfa_authenticate": Door(get=ON_THE_WAY, post=ON_THE_WAY),
    # No province's server is set: back to the password.
    "openid_connect_login": Door(get=NOBODY, post=DESK_LOGIN),
    "openid_connect_callback": Door(get=DESK_LOGIN, post=DESK_LOGIN).at(
        "/staff/account/province/callback/"
    ),
    "mfa_index": STAFF_LIST,
    # The password once more, first.
    "account_reauthenticate": STAFF_FORM,
    "mfa_activate_totp": CONFIRMED,
    "mfa_add_webauthn": CONFIRMED,
    "mfa_generate_recovery_codes": CONFIRMED,
    "mfa_remove_webauthn": CONFIRMED.at("/staff/account/factors/passkeys/1/remove/"),
    # Nothing is enrolled.
    "mfa_deactivate_totp": GONE,
    "mfa_view_recovery_codes": Door(
        get=GONE.get, post="login login 405 login 405 login"
    ),
    # --- access: one's own sessions, who is on line, sign-ins and locks
    "staff_access:own-sessions": STAFF_LIST,
    "staff_access:own-session-end": STAFF_VERB.of("session"),
    "staff_access:other-sessions-end": Door(
        get=STAFF_VERB.get, post="login login moved login moved login"
    ),
    "staff_access:online": STAFF_LIST,
    "staff_access:online-export": EXPORT_LIST,
    "staff_access:online-end": STAFF_VERB.of("session"),
    "staff_access:sign-ins": STAFF_LIST,
    "staff_access:sign-ins-export": EXPORT_LIST,
    "staff_access:operations": STAFF_LIST,
    "staff_access:operations-export": EXPORT_LIST,
    "staff_access:locks": Door(
        get=STAFF_LIST.get, post="login login moved login moved login"
    ),
    # --- messages
    "staff_messages:messages": STAFF_LIST,
    "staff_messages:messages-export": EXPORT_LIST,
    "staff_messages:calls": STAFF_LIST,
    "staff_messages:calls-export": EXPORT_LIST,
    "staff_messages:calls-print": EXPORT_LIST,
    "staff_messages:message": STAFF_RECORD.of("message"),
    "staff_messages:message-phone": EXPORT_RECORD.of("message"),
    "staff_messages:message-verb": STAFF_VERB.of(
        "message", "call", "resend", "give-up"
    ),
    "staff_messages:wordings": STAFF_LIST,
    # Each union words its own messages; the form refuses what the table sends.
    "staff_messages:wording": Door(
        get=STAFF_LIST.get,
        post="login login 200 login 200 login",
        writers=frozenset({"neighbour"}),
    ).at("/staff/messages/templates/assistance.paid/"),
    "staff_jobs:jobs": STAFF_LIST,
    "staff_jobs:retry": STAFF_VERB.of("job"),
    # --- the admin's own
    "admin:index": LIST,
    "admin:login": Door(
        get="200 200 desk 200 desk 200", post="200 200 200 200 200 200"
    ),
    "admin:logout": Door(
        get="desk desk 405 desk 405 desk", post="desk desk 200 desk 200 desk"
    ),
    "admin:password_change": STAFF_FORM,
    "admin:password_change_done": STAFF_LIST,
    "admin:search": LIST,
    "admin:autocomplete": Door(
        get="login login 403 login 403 login", post="login login 405 login 405 login"
    ),
    "admin:jsi18n": STAFF_LIST,
    "admin:app_list": LIST.at("/staff/members/"),
    "staff/(?P<url>.*)$": GONE.at("/staff/nothing/"),
    # --- members
    **records("person", "account", "phone", "describe", "employ", add=ADD),
    **records(
        "membership", "keep", "retire", "leave", "expel", "transfer", "card", add=ADD
    ),
    **records("personmerge", "merge", "refuse", add=ADD),
    **records("membershipapplication", "approve", "ask_more", "refuse"),
    **records("membershiptransfer", "accept", "refuse", "cancel", add=ADD),
    "admin:members_person_reveal": Door(
        get="login login 404 login 404 login", post="login login 404 login 200 login"
    ).of("members_person"),
    **records("bankaccount", "stop"),
    **records("organisation", add=ADD),
    **records("division"),
    # Only the administrator of its union may end one; the seeded officer is its.
    "admin:members_division_verb": Door(
        get="login login 404 login 404 login",
        post="login login moved login moved login",
    ).of("members_division", "end"),
    # The official list of divisions is everybody's.
    "admin:members_division_change": Door(get=LIST.get, post=NEVER.post).of(
        "members_division"
    ),
    "admin:members_division_history": LIST.of("members_division"),
    **records("standard", add=ADD),
    **records("notice", "end", "cancel", "object", "extend", "republish"),
    "admin:members_notice_print": PAPER.of("members_notice"),
    **records("objection", "uphold", "dismiss"),
    # The seeded objection came without papers.
    "admin:members_objection_evidence": Door(
        get="login login 405 login 405 login", post="login login 404 login 404 login"
    )
    .of("members_objection")
    .at("/staff/members/objection/{members_objection}/evidence/1/"),
    **records("post", "deputise", "end", add=ADD),
    **records("user", "password", "factor", "deactivate", add=ADD),
    **records("apiclient", "limit", "stop", add=ADD),
    # The seeded address was turned off: it may be resumed, and sends nothing till then.
    **records("webhook", "resume"),
    **records("webhookdelivery", "resend"),
    # --- workers
    "assistance:matter-list": WORKER_LIST,
    "assistance:matter": Door(
        get=WORKER_OWN.get, post="login 405 405 login 405 login"
    ).of("determination"),
    "assistance:matter-ask": WORKER_OWN.of("determination"),
    "assistance:aid-openings": WORKER_LIST,
    "assistance:aid-start": WORKER_OWN.of("aid_window"),
    "assistance:aid-application": Door(
        get=WORKER_OWN.get, post="login 405 405 login 405 login"
    ).of("aid_application"),
    "assistance:aid-form": WORKER_OWN.of("aid_application"),
    "assistance:aid-papers": WORKER_OWN.at(
        "/aid/applications/{aid_application}/papers/admission_letter/"
    ),
    "assistance:aid-household": Door(
        get=WORKER_OWN.get, post="login 405 405 login 405 login"
    ).of("aid_application"),
    "assistance:aid-member-new": WORKER_OWN.of("aid_application"),
    "assistance:aid-member": WORKER_OWN.at(
        "/aid/applications/{aid_application}/household/1/"
    ),
    "assistance:aid-member-drop": Door(
        get="login 405 405 login 405 login", post=WORKER_OWN.post
    ).at("/aid/applications/{aid_application}/household/1/drop/"),
    "assistance:aid-check": WORKER_OWN.of("aid_application"),
    "assistance:aid-withdraw": Door(
        get="login 405 405 login 405 login", post=WORKER_OWN.post
    ).of("aid_application"),
    "assistance:aid-object": WORKER_OWN.of("aid_application"),
    "assistance:aid-paper": Door(
        get=WORKER_OWN.get, post="login 405 405 login 405 login"
    ).of("aid_evidence"),
    "assistance:leaving": WORKER_OWN.of("leaving"),
    "members:me": WORKER_LIST,
    "members:messages": Door(
        get="login 200 404 login 404 login", post="login 405 405 login 405 login"
    ),
    "members:messages-read": Door(
        get="login 405 405 login 405 login", post="login moved 404 login 404 login"
    ),
    "members:message-open": Door(
        get="login 405 405 login 405 login", post=WORKER_OWN.post
    ).of("message"),
    "members:account-new": Door(
        get="login 200 404 login 404 login", post="login 200 404 login 404 login"
    ),
    "members:account-stop": Door(
        get="login 405 405 login 405 login", post=WORKER_OWN.post
    ).of("members_bankaccount"),
    # Somebody who is no member yet sees the way to join.
    "members:membership": Door(
        get="login 200 404 login 404 login", post="login 405 405 login 405 login"
    ),
    "members:card-new": Door(
        get="login 405 405 login 405 login", post="login 404 404 login 404 login"
    ),
    "members:membership-leave": Door(
        get="login 405 405 login 405 login", post="login 404 404 login 404 login"
    ),
    "members:particulars": Door(
        get="login 200 404 login 404 login", post="login moved 404 login 404 login"
    ),
    "members:record": Door(
        get="login 200 404 login 404 login", post="login 405 405 login 405 login"
    ),
    "members:record-copy": Door(
        get="login 200 404 login 404 login", post="login 405 405 login 405 login"
    ).at("/me/record/copy/json/"),
    "members:record-correct": Door(
        get="login 405 405 login 405 login", post="login 200 404 login 404 login"
    ),
    "members:record-delete": Door(
        get="login 405 405 login 405 login",
        post="login moved 404 login 404 login",
        writers=frozenset({"worker"}),
    ),
    "members:record-withdraw": Door(
        get="login 405 405 login 405 login", post=WORKER_OWN.post
    ).of("privacy_request"),
    "members:consents": Door(
        get="login 200 404 login 404 login", post="login 405 405 login 405 login"
    ),
    "members:consent-say": Door(
        get="login 405 405 login 405 login", post="login moved 404 login 404 login"
    ).at("/me/consents/sms/"),
    # Whoever has the link may ask for a code; only the phone's holder gets it.
    "members:consent-link": Door(get=OPEN.get, post=NOBODY).at(
        "/consent/{consent_token}/"
    ),
    "members:consent-link-send": Door(get=NOBODY, post=MOVED).at(
        "/consent/{consent_token}/send/"
    ),
    "members:consent-link-code": Door(get=NOBODY, post=MOVED).at(
        "/consent/{consent_token}/code/"
    ),
    "members:consent-link-say": Door(get=NOBODY, post=MOVED).at(
        "/consent/{consent_token}/hardship_aid/"
    ),
    "members:transfers": Door(
        get="login 404 404 login 404 login", post="login 405 405 login 405 login"
    ),
    "members:transfer-to": WORKER_OWN.of("members_organisation"),
    "members:transfer-cancel": Door(
        get="login 405 405 login 405 login", post=WORKER_OWN.post
    ).of("members_membershiptransfer"),
    # Whoever has not proven a phone is asked for it; staff join as workers.
    "members:join": Door(get="moved 200 404 moved 404 moved", post=NOBODY),
    "members:join-phone": Door(get=OPEN.get, post=OPEN.get),
    "members:join-code": Door(get=MOVED, post=MOVED),
    "members:join-union": Door(
        get="moved 404 moved moved moved moved",
        post="moved 404 moved moved moved moved",
    ).of("members_organisation"),
    "members:join-again": Door(get=OVER, post=OVER).of("members_membershipapplication"),
    "members:join-withdraw": Door(get=NOBODY, post=OVER).of(
        "members_membershipapplication"
    ),
    "members:card": Door(get=OPEN.get, post=NOBODY)
    .of("card_token")
    .at("/card/{card_token}/"),
    "members:notice-list": OPEN,
    # The list was public for its working days, which are over: told, without names.
    "members:notice-detail": Door(get="410 410 410 410 410 410", post=NOBODY).of(
        "members_notice"
    ),
    "members:objection-receipt": Door(get=OPEN.get, post=OPEN.get),
    "members:notice-object": Door(get=OVER, post=OVER).of("members_notice"),
    "members:text-size": Door(get=NOBODY, post="moved moved moved moved moved moved"),
    "members_auth:sign-in": Door(get=OPEN.get, post=OPEN.get),
    "members_auth:code": Door(get=LOGIN, post=LOGIN),
    "members_auth:person": Door(get=LOGIN, post=LOGIN),
    "members_auth:sign-out": Door(get=NOBODY, post=LOGIN),
    # --- the API
    "api-token": Door(get=NOBODY, post="400 400 400 400 400 400"),
    "api-revoke": Door(get=NOBODY, post="400 400 400 400 400 400"),
    "api-schema": OPEN,
    "api-docs": OPEN,
    "members_api:organisations": API_LIST,
    "members_api:organisation": API_RECORD.of("members_organisation"),
    "members_api:organisations-bulk": API_BULK,
    "members_api:employers": API_LIST,
    "members_api:employer": API_RECORD.of("members_employer"),
    "members_api:employers-bulk": API_BULK,
    "members_api:changes": API_LIST,
    "members_api:errors": API_LIST,
    "members_api:sandbox-reset": API_BULK,
    "members_api:webhook": API_WEBHOOK,
    "members_api:people": API_LIST,
    "members_api:person": API_RECORD.of("members_person"),
    "members_api:people-bulk": API_BULK,
    "members_api:messages": API_LIST,
    "members_api:flags": API_LIST,
    "members_api:memberships": API_LIST,
    "members_api:membership": API_RECORD.of("members_membership"),
    "assistance_api:dossiers": API_LIST,
    "assistance_api:dossier": API_RECORD.of("dossier"),
    "assistance_api:rounds": API_LIST,
    "assistance_api:round": API_RECORD.of("round"),
    "assistance_api:determinations": API_LINES.of("round"),
    "assistance_api:payments": API_LINES.of("round"),
    "assistance_api:verification": API_RECORD.of("round"),
    "assistance_api:sample-items": API_LINES.of("round"),
    "assistance_api:statements": API_LIST,
    "assistance_api:statement": API_RECORD.of("statement"),
    "assistance_api:statement-lines": API_LINES.of("statement"),
    "assistance_api:reconciliations": API_LIST,
    "assistance_api:vouchers": API_LIST,
}
