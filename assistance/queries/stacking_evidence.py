"""The proof of stacking: what each human has, counted again from the raw claims.

Reads neither the balances nor the links that the database keeps: the groups and their
terms are those of the texts that were published.
"""

# The text of a version names its groups with their terms; the text itself is held by
# its digest. `terms` are those of a year: the last given, not after it.
_COUNTED = """
    WITH named AS MATERIALIZED (
        SELECT version.id AS version_id, one.value ->> 'group' AS code,
               (one.value ->> 'since')::integer AS since, one.value AS written
        FROM assistance_schemeversion AS version
        CROSS JOIN jsonb_array_elements(version.body -> 'stacking') AS one
        WHERE version.state <> 'draft'
    ),
    terms AS MATERIALIZED (
        SELECT code, since, min(written ->> 'rule') AS rule, min(written ->> 'per') AS per,
               min((written ->> 'per_time')::numeric) AS per_time,
               min((written ->> 'per_year')::numeric) AS per_year,
               CASE min(written ->> 'rule') WHEN 'exclusive' THEN 1 END AS count_limit
        FROM named GROUP BY code, since
    ),
    drawn AS MATERIALIZED (
        SELECT terms.code, claim.year, claim.id, claim.amount, terms.per_time,
               terms.per_year, terms.count_limit,
               coalesce(twin.merged_into_id, own.id) AS human_id,
               coalesce((
                   SELECT (array_agg(payment.state ORDER BY payment.attempt DESC))[1]
                   FROM assistance_payment AS payment
                   WHERE payment.year = claim.year AND payment.claim_id = claim.id), '')
                   NOT IN ('withdrawn', 'ended') AS is_live
        FROM named
        JOIN assistance_round AS round ON round.version_id = named.version_id
        JOIN assistance_paymentclaim AS claim ON claim.round_id = round.id
        JOIN terms ON terms.code = named.code AND terms.since = (
            SELECT max(given.since) FROM terms AS given
            WHERE given.code = named.code AND given.since <= claim.year)
        CROSS JOIN LATERAL (SELECT CASE WHEN terms.per = 'subject'
            AND claim.subject_kind = 'person' THEN claim.subject_id
            ELSE claim.payee_id END AS id) AS own
        LEFT JOIN members_person AS twin
            ON twin.merged_into_id IS NOT NULL AND twin.id = own.id
    ),
    counted AS (
        SELECT code, human_id, year, count(*) FILTER (WHERE is_live) AS count,
               coalesce(sum(amount) FILTER (WHERE is_live), 0) AS amount,
               min(count_limit) AS count_limit, min(per_year) AS amount_limit
        FROM drawn GROUP BY code, human_id, year
    )
"""
_BALANCES = f"""{_COUNTED}
    SELECT 'stacking', concat_ws('-', code, human_id, year),
           concat('人员 ', human_id, ' ', year, ' 年在叠加规则“', code, '”下登记 ',
               coalesce(held.count, 0), ' 次 ', coalesce(held.amount, 0),
               ' 元，按发放权应为 ', coalesce(counted.count, 0), ' 次 ',
               coalesce(counted.amount, 0), ' 元')
    FROM counted
    FULL JOIN assistance_stackingbalance AS held USING (code, human_id, year)
    WHERE %(round)s::bigint IS NULL
      AND (held.count, held.amount, held.count_limit, held.amount_limit)
          IS DISTINCT FROM
          (counted.count, counted.amount, counted.count_limit, counted.amount_limit)
    ORDER BY code, human_id, year LIMIT 100
"""  # noqa: S608 - built from constants
_BEYOND = f"""{_COUNTED}
    SELECT 'stacking', concat_ws('-', code, human_id, year),
           concat('人员 ', human_id, ' ', year, ' 年在“', code, '”下超过上限：',
               count, ' 次 ', amount, ' 元')
    FROM counted
    WHERE %(round)s::bigint IS NULL AND (count > count_limit OR amount > amount_limit)
    UNION ALL
    SELECT 'stacking', id::text,
           concat('发放权 ', id, ' 超过“', code, '”的每次上限 ', per_time, ' 元')
    FROM drawn
    WHERE %(round)s::bigint IS NULL AND is_live AND amount > per_time
    ORDER BY 2 LIMIT 100
"""  # noqa: S608 - built from constants
# The groups and links as the texts say them.
_TERMS = f"""{_COUNTED}
    SELECT 'stacking', concat_ws('-', code, since),
           concat('叠加规则“', code, '”自 ', since, ' 年的条款与方案文本不符')
    FROM (
        SELECT named.code, named.since FROM named
        LEFT JOIN assistance_stackinggroup AS kept
            ON kept.code = named.code AND kept.since = named.since
        WHERE (kept.covers, kept.rule, kept.per, kept.document, kept.per_time,
               kept.per_year, kept.excess)
            IS DISTINCT FROM
              ((named.written ->> 'covers')::varchar, (named.written ->> 'rule')::varchar,
               (named.written ->> 'per')::varchar, (named.written ->> 'document')::varchar,
               (named.written ->> 'per_time')::numeric,
               (named.written ->> 'per_year')::numeric,
               coalesce(named.written ->> 'excess', 'refuse')::varchar)
        UNION
        SELECT kept.code, kept.since FROM assistance_stackinggroup AS kept
        WHERE NOT EXISTS (SELECT FROM named
            WHERE named.code = kept.code AND named.since = kept.since)
    ) AS wrong
    WHERE %(round)s::bigint IS NULL
    UNION ALL
    SELECT 'stacking', version_id::text,
           concat('方案版本 ', version_id, ' 所属的叠加规则与文本不符')
    FROM (
        (SELECT version_id, code FROM named
         EXCEPT SELECT version_id, code FROM assistance_stackedscheme)
        UNION ALL
        (SELECT version_id, code FROM assistance_stackedscheme
         EXCEPT SELECT version_id, code FROM named)
    ) AS astray
    WHERE %(round)s::bigint IS NULL
    ORDER BY 2
"""  # noqa: S608 - built from constants
STACKING_EVIDENCE = (_BALANCES, _BEYOND, _TERMS)
