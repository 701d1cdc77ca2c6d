CREATE OR REPLACE FUNCTION "guard_assistance_payment_state_insert"() RETURNS TRIGGER
LANGUAGE plpgsql SET enable_nestloop = off AS $guard$
DECLARE lost bigint; wrong text[]; altered bigint;
BEGIN

        SELECT min(ARRAY["state"]::text[]) INTO wrong FROM new_rows
        WHERE NOT COALESCE("state" = ANY(ARRAY['planned']::text[]), FALSE);
        IF wrong IS NOT NULL THEN RAISE EXCEPTION USING ERRCODE = '23U01', MESSAGE = '新建的发放不能是“' || CASE wrong[1] WHEN 'planned' THEN '待发放' WHEN 'held' THEN '暂缓' WHEN 'withdrawn' THEN '已撤下' WHEN 'instructed' THEN '已送银行' WHEN 'in_doubt' THEN '存疑' WHEN 'paid' THEN '已到账' WHEN 'returned' THEN '被退回' WHEN 'ended' THEN '终止发放' ELSE COALESCE(wrong[1], '空') END || '”；请从流程的第一步办起。'; END IF;
        RETURN NULL;
END; $guard$;

CREATE OR REPLACE FUNCTION "guard_assistance_payment_state_update"() RETURNS TRIGGER
LANGUAGE plpgsql SET enable_nestloop = off AS $guard$
DECLARE lost bigint; wrong text[]; altered bigint;
BEGIN

        SELECT count(*) FILTER (WHERE n."year" IS NULL),
               min(ARRAY[o."state", n."state"]::text[])
                   FILTER (WHERE NOT (o."state" IS NOT DISTINCT FROM n."state" OR COALESCE(o."state" || '>' || n."state" = ANY(ARRAY['planned>held', 'held>planned', 'planned>withdrawn', 'held>withdrawn', 'planned>instructed', 'instructed>in_doubt', 'instructed>paid', 'in_doubt>paid', 'instructed>returned', 'in_doubt>returned', 'paid>returned', 'returned>ended']::text[]), FALSE))),
               count(*) FILTER (WHERE o."batch_id" IS DISTINCT FROM n."batch_id" OR o."claim_id" IS DISTINCT FROM n."claim_id" OR o."attempt" IS DISTINCT FROM n."attempt" OR o."source_id" IS DISTINCT FROM n."source_id" OR o."account_id" IS DISTINCT FROM n."account_id" OR o."reference" IS DISTINCT FROM n."reference" OR o."amount" IS DISTINCT FROM n."amount" OR (o."instructed_on" IS NOT NULL AND o."instructed_on" IS DISTINCT FROM n."instructed_on") OR (o."state" IS NOT DISTINCT FROM n."state" AND (o."instructed_on" IS DISTINCT FROM n."instructed_on" OR o."settled_on" IS DISTINCT FROM n."settled_on" OR o."reason_code" IS DISTINCT FROM n."reason_code" OR o."end_reason" IS DISTINCT FROM n."end_reason")))
        INTO lost, wrong, altered
        FROM old_rows o LEFT JOIN new_rows n ON o."year" = n."year" AND o."id" = n."id";
        IF lost > 0 THEN RAISE EXCEPTION USING ERRCODE = '23U03', MESSAGE = '发放的主键不能修改。'; END IF;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION USING ERRCODE = '23U01', MESSAGE = '发放不能从“' || CASE wrong[1] WHEN 'planned' THEN '待发放' WHEN 'held' THEN '暂缓' WHEN 'withdrawn' THEN '已撤下' WHEN 'instructed' THEN '已送银行' WHEN 'in_doubt' THEN '存疑' WHEN 'paid' THEN '已到账' WHEN 'returned' THEN '被退回' WHEN 'ended' THEN '终止发放' ELSE COALESCE(wrong[1], '空') END || '”改为“' || CASE wrong[2] WHEN 'planned' THEN '待发放' WHEN 'held' THEN '暂缓' WHEN 'withdrawn' THEN '已撤下' WHEN 'instructed' THEN '已送银行' WHEN 'in_doubt' THEN '存疑' WHEN 'paid' THEN '已到账' WHEN 'returned' THEN '被退回' WHEN 'ended' THEN '终止发放' ELSE COALESCE(wrong[2], '空') END || '”；请刷新后按流程办理。'; END IF;
        IF altered > 0 THEN RAISE EXCEPTION USING ERRCODE = '23U03', MESSAGE = '发放的内容已经固定，只能办理结果，不能修改。'; END IF;
        RETURN NULL;
END; $guard$;
