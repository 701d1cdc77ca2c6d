"""What county systems read: plain values, ID numbers and cards masked."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from assistance.models import Determination, HouseholdDossier, Payment, Round
from unionportal.core.masks import mask_id_number


class DossierSerializer(serializers.ModelSerializer[HouseholdDossier]):
    organisation = serializers.CharField(source="organisation.code")
    keeper = serializers.CharField(source="keeper.code")
    division = serializers.CharField(source="division_id")
    principal_name = serializers.CharField(source="principal.name")
    principal_id_number = serializers.SerializerMethodField()

    class Meta:
        model = HouseholdDossier
        fields = (
            "id",
            "number",
            "state",
            "organisation",
            "keeper",
            "division",
            "principal_name",
            "principal_id_number",
            "hardship_class",
            "file_level",
            "file_kind",
            "residence",
            "main_cause",
            "other_causes",
            "household_size",
            "homes_count",
            "has_vehicle",
            "wage_income",
            "business_income",
            "property_income",
            "transfer_income",
            "other_income",
            "illness_cost",
            "disability_cost",
            "schooling_cost",
            "housing_cost",
            "employment_cost",
            "other_rigid_cost",
            "applied_on",
            "approved_on",
            "rechecked_on",
            "closed_on",
            "exit_reason",
        )

    def get_principal_id_number(self, dossier: HouseholdDossier) -> str:
        """First four and last three signs only."""
        return mask_id_number(dossier.principal.id_number)


class RoundSerializer(serializers.ModelSerializer[Round]):
    scheme = serializers.CharField(source="version.scheme.code")
    scheme_title = serializers.CharField(source="version.scheme.title")
    version = serializers.IntegerField(source="version.number")
    period = serializers.CharField(source="period.code")
    organisation = serializers.CharField(source="organisation.code")

    class Meta:
        model = Round
        fields = (
            "id",
            "year",
            "scheme",
            "scheme_title",
            "version",
            "period",
            "occurrence",
            "organisation",
            "kind",
            "parent",
            "state",
            "as_of",
            "opened_on",
            "computed_on",
            "released_on",
            "closed_on",
            "population",
            "eligible_count",
            "ineligible_count",
            "unknown_count",
            "eligible_amount",
        )


class DeterminationSerializer(serializers.ModelSerializer[Determination]):
    organisation = serializers.CharField(source="organisation.code")
    facts = serializers.SerializerMethodField()

    class Meta:
        model = Determination
        fields = (
            "id",
            "year",
            "organisation",
            "subject_kind",
            "subject_id",
            "occurrence",
            "outcome",
            "clause",
            "missing_fact",
            "proposed_amount",
            "decided_amount",
            "deviation_reason",
            "supersedes",
            "superseded_by",
            "facts",
        )

    def get_facts(self, determination: Determination) -> Mapping[str, Any]:
        """The values it was decided on, by the fact's name; null is unknown."""
        facts: Mapping[str, Any] = determination.facts
        return facts


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    batch = serializers.CharField(source="batch.number")
    organisation = serializers.CharField(source="batch.organisation.code")
    subject_kind = serializers.CharField(source="claim.subject_kind")
    subject_id = serializers.IntegerField(source="claim.subject_id")
    determination = serializers.IntegerField(source="claim.determination_id")
    source = serializers.CharField(source="source.code")
    account_last4 = serializers.CharField(source="account.number_last4")

    class Meta:
        model = Payment
        fields = (
            "id",
            "year",
            "batch",
            "organisation",
            "subject_kind",
            "subject_id",
            "determination",
            "attempt",
            "source",
            "account_last4",
            "reference",
            "amount",
            "state",
            "reason_code",
            "end_reason",
            "instructed_on",
            "settled_on",
        )
