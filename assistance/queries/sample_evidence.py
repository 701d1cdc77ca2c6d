"""What must agree in a verification: the draw, the calls and findings, and the trail.

Statements as those of `evidence`: each says (check, place, sentence) of a disagreement.
"""

from assistance.queries.verification import ORDER_SQL

# The people kept are the first in the drawn order, without a gap; what the draw rested
# on is what the trail says.
_DRAWS = f"""
    WITH sample AS (
        SELECT * FROM assistance_verificationsample
        WHERE %(round)s::bigint IS NULL OR round_id = %(round)s
    ),
    ordered AS (
        {ORDER_SQL}
        WHERE %(round)s::bigint IS NULL OR sample.round_id = %(round)s
    ),
    kept AS (
        SELECT stratum.sample_id, item.stratum_id, item.place, item.payment_id,
               item.year, item.batch_id
        FROM assistance_sampleitem AS item
        JOIN assistance_samplestratum AS stratum ON stratum.id = item.stratum_id
        JOIN sample ON sample.id = stratum.sample_id
    ),
    reached AS (
        SELECT stratum_id, max(place) AS place FROM kept GROUP BY stratum_id
    ),
    wrong AS (
        SELECT stratum.sample_id
        FROM ordered JOIN assistance_samplestratum AS stratum
            ON stratum.id = ordered.stratum_id
        LEFT JOIN reached ON reached.stratum_id = ordered.stratum_id
        LEFT JOIN kept ON kept.stratum_id = ordered.stratum_id
            AND kept.place = ordered.place
        WHERE ordered.place <= greatest(ordered.size, reached.place)
          AND (kept.payment_id, kept.year, kept.batch_id) IS DISTINCT FROM
              (ordered.payment_id, ordered.year, ordered.batch_id)
        UNION ALL
        SELECT kept.sample_id FROM kept LEFT JOIN ordered USING (stratum_id, place)
        WHERE ordered.place IS NULL
    ),
    strata AS (
        SELECT stratum.sample_id, sum(stratum.population) AS population,
               sum(stratum.amount) AS amount, sum(stratum.size) AS size,
               encode(sha256(convert_to(string_agg(concat_ws('|',
                   stratum.organisation_id, stratum.is_first_time, stratum.size,
                   array_to_string(stratum.frame, ',')), E'\\n'
                   ORDER BY stratum.organisation_id, stratum.is_first_time), 'UTF8')), 'hex') AS frame
        FROM assistance_samplestratum AS stratum
        JOIN sample ON sample.id = stratum.sample_id
        GROUP BY stratum.sample_id
    ),
    told AS (
        SELECT sample.id, entry.changes, entry.on, entry.actor_name
        FROM sample LEFT JOIN core_auditentry AS entry
            ON entry.subject_kind = 'assistance.round' AND entry.verb = 'draw_sample'
           AND entry.subject_id = sample.round_id
    )
    SELECT 'sample', sample.round_id::text,
           concat('轮次 ', sample.round_id, ' 的核查样本与重抽结果或审计记录不符')
    FROM sample
    LEFT JOIN strata ON strata.sample_id = sample.id
    LEFT JOIN told ON told.id = sample.id
    WHERE sample.id IN (SELECT sample_id FROM wrong)
       OR (sample.population, sample.amount, sample.size) IS DISTINCT FROM
          (strata.population, strata.amount, strata.size)
       OR (sample.id::text, sample.seed, sample.population::text, sample.size::text,
           sample.amount, sample.confidence::text, sample.margin, sample.expected_error,
           strata.frame, sample.drawn_on, sample.drawn_by::text) IS DISTINCT FROM
          (told.changes ->> 'sample', told.changes ->> 'seed',
           told.changes ->> 'population', told.changes ->> 'size',
           (told.changes ->> 'amount')::numeric, told.changes ->> 'confidence',
           (told.changes ->> 'margin')::numeric,
           (told.changes ->> 'expected_error')::numeric,
           told.changes ->> 'frame', told.on, told.actor_name::text)
    ORDER BY sample.round_id
"""  # noqa: S608 - built from constants
# Calls are what the trail says, one entry each; an item stands where its calls left it.
_CALLS = """
    WITH item AS (
        SELECT item.* FROM assistance_sampleitem AS item
        JOIN assistance_samplestratum AS stratum ON stratum.id = item.stratum_id
        JOIN assistance_verificationsample AS sample ON sample.id = stratum.sample_id
        WHERE %(round)s::bigint IS NULL OR sample.round_id = %(round)s
    ),
    kept AS (
        SELECT call.id, call.item_id, call.number::text, call.channel::text,
               call.outcome::text, call.received_amount,
               call.note::text, call.on, call.verifier_id,
               CASE WHEN call.corrects_id IS NULL THEN 'record_verification_call'
                   ELSE 'correct_verification_call' END AS verb
        FROM assistance_verificationcall AS call JOIN item ON item.id = call.item_id
    ),
    told AS (
        SELECT entry.subject_id AS id, (entry.changes ->> 'item')::bigint AS item_id,
               entry.changes ->> 'number' AS number,
               entry.changes ->> 'channel' AS channel,
               entry.changes ->> 'outcome' AS outcome,
               (entry.changes ->> 'received')::numeric AS received_amount,
               entry.reason::text AS note, entry.on, entry.user_id AS verifier_id,
               entry.verb::text
        FROM core_auditentry AS entry
        WHERE entry.verb IN ('record_verification_call', 'correct_verification_call')
          AND (entry.changes ->> 'item')::bigint IN (SELECT id FROM item)
    ),
    wrong AS (
        (TABLE kept EXCEPT ALL TABLE told) UNION ALL (TABLE told EXCEPT ALL TABLE kept)
    ),
    last_told AS (
        SELECT DISTINCT ON ((entry.changes ->> 'item')::bigint)
               (entry.changes ->> 'item')::bigint AS item_id,
               entry.changes -> 'state' ->> 1 AS state
        FROM core_auditentry AS entry
        WHERE entry.verb IN ('record_verification_call', 'correct_verification_call')
        ORDER BY (entry.changes ->> 'item')::bigint, entry.id DESC
    )
    SELECT 'call', item.id::text,
           concat('核查对象 ', item.id, ' 的核查记录与审计记录不符')
    FROM item LEFT JOIN last_told ON last_told.item_id = item.id
    WHERE item.id IN (SELECT item_id FROM wrong)
       OR item.state IS DISTINCT FROM coalesce(last_told.state, 'waiting')
    ORDER BY item.id
"""
# Every error said has its finding, and what ended is what the trail says.
_FINDINGS = """
    SELECT 'finding', finding.id::text,
           concat('核查问题 ', finding.id, ' 与核查记录或审计记录不符')
    FROM assistance_verificationfinding AS finding
    LEFT JOIN assistance_verificationcall AS call ON call.id = finding.call_id
    LEFT JOIN core_auditentry AS told
        ON told.subject_kind = 'assistance.verificationfinding'
       AND told.subject_id = finding.id AND told.verb = 'end_finding'
    WHERE %(round)s::bigint IS NULL
      AND (call.id IS NULL OR call.item_id <> finding.item_id
           OR call.on <> finding.opened_on
           OR call.outcome NOT IN ('not_received', 'amount_wrong')
           OR (finding.state, finding.resolution, finding.note, finding.ended_on,
               finding.ended_by_id) IS DISTINCT FROM
              (CASE WHEN told.id IS NULL THEN 'opened' ELSE 'ended' END,
               coalesce(told.changes ->> 'resolution', ''), coalesce(told.reason, ''),
               told.on, told.user_id))
    UNION ALL
    SELECT 'finding', call.item_id::text,
           concat('核查对象 ', call.item_id, ' 有差错而没有核查问题')
    FROM assistance_verificationcall AS call
    WHERE %(round)s::bigint IS NULL AND call.outcome IN ('not_received', 'amount_wrong')
      AND NOT EXISTS (SELECT FROM assistance_verificationfinding AS finding
                      WHERE finding.item_id = call.item_id)
"""
SAMPLE_EVIDENCE = (_DRAWS, _CALLS, _FINDINGS)
