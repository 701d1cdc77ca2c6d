"""Visits of the invented register: one at the intake, one at the last recheck."""

from django.db import connection

from members.models import Organisation

# Of every fifty households one was rechecked by telephone, and nobody went there.
_VISITS = """
    INSERT INTO assistance_visit (dossier_id, purpose, visited_on, visitors, found)
    SELECT dossier.id, visit.purpose, visit.visited_on,
           (ARRAY['陈志强、林秀英', '王建国、李桂芳', '黄丽华、张文', '吴海燕、刘军'])
               [1 + dossier.id %% 4],
           visit.found
    FROM assistance_householddossier AS dossier
    JOIN members_organisation AS organisation ON organisation.id = dossier.organisation_id
    CROSS JOIN LATERAL (VALUES
        ('intake', dossier.approved_on, '入户核对家庭人口、住房和收入，与申请表一致'),
        ('recheck', dossier.rechecked_on, '家庭情况与去年相比没有大的变化，本人在家')
    ) AS visit (purpose, visited_on, found)
    WHERE starts_with(organisation.path, %s)
      AND visit.visited_on IS NOT NULL
      AND (visit.purpose = 'intake' OR
           (dossier.id %% 50 <> 0 AND visit.visited_on > dossier.approved_on))
    ON CONFLICT DO NOTHING
"""


def load_visits(root: Organisation) -> None:
    """Write down who went to see the households below a union, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_VISITS, [root.path])
