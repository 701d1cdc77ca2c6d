"""Which forms a page offers to print: their addresses and titles."""

from django.urls import reverse

Paper = tuple[str, str]
APPLICATION_FORM: Paper = ("form", "申请表")
VISIT_FORM: Paper = ("visit-form", "入户调查表")
APPROVAL_FORM: Paper = ("approval-form", "审批表")
INTAKE_FORMS = (APPLICATION_FORM, VISIT_FORM, APPROVAL_FORM)
AID_FORMS = (APPLICATION_FORM, APPROVAL_FORM)
DOSSIER_FORMS = (APPLICATION_FORM, VISIT_FORM)
ANSWER_FORMS = (APPROVAL_FORM,)


def forms_of(place: str, pk: int, *papers: Paper) -> list[Paper]:
    """The addresses of a record's forms, each with its title."""
    return [
        (reverse(f"staff_assistance:{place}-{name}", args=(pk,)), title)
        for name, title in papers
    ]
