"""Every commit of a step of money stands between two places where a test may kill."""

import ast
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from django.conf import settings

ACTIONS = Path(settings.BASE_DIR) / "assistance" / "actions"
# Commits that move no money, with the reason why nobody has to kill them.
SAVEPOINT = "a savepoint inside its caller's transaction"
PAPER = "one entry on the books from a paper, unique by its number; asked of a person"
WORDS = "a question, an answer, a note: no money"
SIGNED = "its places are hit in _move, which ends the same transaction"
APPLYING = "an application, before any round: no money, one transaction"
SAMPLE = "asks people about money that arrived; moves none"
NAMES = "one code row, before any money bears its name"
TOLD = "tells the union's accounts of money that has arrived; moves none"
UNWATCHED = {
    "_guarded": SAVEPOINT,
    "_is_first": SAVEPOINT,
    "_post": SAVEPOINT,
    "sign": SAVEPOINT,
    "receive_funds": PAPER,
    "transfer_funds": PAPER,
    "reverse_entry": PAPER,
    "set_paying_account": "one row, set by a person while no payment is on its way",
    "request_asking": "writes a job down that asks the bank",
    "_send_again": "ends a sending that the bank never had; the next has its places",
    "keep": "the name and the problems of a refused statement",
    "compute_what_if": "writes down what a trial came to; it pays nobody",
    "request_proof": "writes a job down that only reads the books",
    "prove_books": "writes down what a reading of the books came to",
    "_refused": "the name and the problems of a refused file",
    "save_period": NAMES,
    "save_fund_source": NAMES,
    "set_subject_codes": TOLD,
    "draw_accounting_voucher": TOLD,
    "number_accounting_voucher": TOLD,
    "unnumber_accounting_voucher": TOLD,
    "void_accounting_voucher": TOLD,
    "answer_inquiry": WORDS,
    "ask_about_determination": WORDS,
    "prepare_reconciliation": SIGNED,
    "return_reconciliation": SIGNED,
    "close_reconciliation": SIGNED,
    "reopen_reconciliation": SIGNED,
    "open_aid_window": APPLYING,
    "extend_aid_window": APPLYING,
    "start_aid_application": APPLYING,
    "save_aid_answers": APPLYING,
    "add_aid_evidence": APPLYING,
    "withdraw_aid_application": APPLYING,
    "object_to_refusal": APPLYING,
    "ask_for_more": APPLYING,
    "refuse_aid_application": APPLYING,
    "_save_once": SAVEPOINT,
    "_save_accepted": SAVEPOINT,
    "waive_verification": SAMPLE,
    "take_sample_items": SAMPLE,
    "give_back_sample_item": SAMPLE,
    "show_phone": SAMPLE,
    "record_verification_call": SAMPLE,
    "correct_verification_call": SAMPLE,
    "end_finding": SAMPLE,
}

WHOLE = {
    # They only write a job down; the job's own commits are watched.
    "request_computation",
    "request_publication",
    "request_release",
    "request_what_if",
    # A trial of a rule never touches a round; its people are forgotten by age.
    "forget_what_ifs",
    # Before anything is granted: records of households, rules and answers.
    "save_scheme_version",
    "withdraw_scheme_version",
    "cancel_round",
    "decide_amount",
    "supersede_determination",
    "reconsider_determination",
    "uphold_objection",
    "register_dossier",
    "recheck_dossier",
    "close_dossier",
    "reopen_dossier",
    "record_visit",
    "announce_dossier",
    "decline_dossier",
    "file_dossier",
    "record_intake_visit",
    "put_household_member",
    "drop_household_member",
    "move_out_member",
    "file_member_authority",
    "tell_leaving",
    "hear_leaving",
    "keep_on_file",
    "look_at_visit_paper",
    "record_export",
    "look_at_aid_evidence",
}


def functions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in sorted(ACTIONS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield path, node


def is_atomic(node: ast.stmt) -> bool:
    return isinstance(node, ast.With) and any(
        ast.unparse(item.context_expr) == "transaction.atomic()" for item in node.items
    )


def is_place(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and ast.unparse(node).startswith("crashpoint(")


def blocks(function: ast.FunctionDef) -> Iterator[tuple[ast.With, ast.stmt | None]]:
    """Each transaction that a function opens, and the statement that follows it."""
    for node in ast.walk(function):
        for field in ("body", "orelse", "finalbody"):
            body: list[ast.stmt] = getattr(node, field, None) or []
            if not isinstance(body, list):
                continue
            for each, following in zip_longest(body, body[1:]):
                if isinstance(each, ast.With) and is_atomic(each):
                    yield each, following


def test_each_commit_of_money_has_a_place_before_and_after() -> None:
    bare = {
        function.name: f"{path.name}:{block.lineno}"
        for path, function in functions()
        for block, following in blocks(function)
        if not (is_place(block.body[-1]) and following and is_place(following))
    }
    assert {name: place for name, place in bare.items() if name not in UNWATCHED} == {}
    assert sorted(set(UNWATCHED) - set(bare)) == []


def test_whole_functions_in_a_transaction_are_known() -> None:
    """A decorated function has no place after its commit; none of these moves money."""
    decorated = {
        function.name
        for _path, function in functions()
        for each in function.decorator_list
        if ast.unparse(each) == "transaction.atomic"
    }
    assert decorated == WHOLE
