"""Small forms behind the staff's buttons."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assistance.enums import DoubtVerdict, PaymentEnd
from assistance.forms.dossier import day_field


class CommentForm(forms.Form):
    """An opinion that may be left out."""

    comment = forms.CharField(label=_("意见（可不填）"), max_length=200, required=False)


class ReasonForm(forms.Form):
    """A reason that may not."""

    reason = forms.CharField(label=_("理由"), max_length=200)


class DoubtForm(forms.Form):
    """What the bank's counter said of the payments in doubt."""

    verdict = forms.ChoiceField(label=_("核实结果"), choices=DoubtVerdict.choices)
    reason = forms.CharField(label=_("依据"), max_length=200)


class DateForm(forms.Form):
    """The day on which the facts are taken."""

    as_of = day_field(_("基准日"))


class AmountForm(forms.Form):
    """A decided amount that differs from the proposed one, with its reason."""

    amount = forms.DecimalField(
        label=_("核定金额（元）"), max_digits=14, decimal_places=2, min_value=0
    )
    reason = forms.CharField(label=_("调整理由"), max_length=200)


class EndForm(forms.Form):
    """Why a returned payment is not tried again."""

    reason = forms.ChoiceField(label=_("终止原因"), choices=PaymentEnd.choices)


class ReturnFileForm(forms.Form):
    """A file that came back from the bank."""

    file = forms.FileField(label=_("银行回盘文件"))
