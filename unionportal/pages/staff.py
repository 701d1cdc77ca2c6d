"""The staff admin's site: the theme, with the content policy its script needs."""

from collections.abc import Callable
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpResponseBase
from unfold.sites import UnfoldAdminSite

View = Callable[..., HttpResponseBase]


class StaffSite(UnfoldAdminSite):
    site_title = "工会服务门户"
    site_header = "工会服务门户"
    index_title = "工作台"

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002 - Django's signature
        """The theme's script evaluates expressions in attributes and sets styles."""
        loosen = csp_update(
            {
                "script-src": [SELF, UNSAFE_EVAL],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        )
        checked: Any = super().admin_view(view, cacheable)
        loosened: View = loosen(checked)
        return loosened
