-- What a forgotten person wrote when he objected to a list, and the papers he handed in:
-- with the owner's rights, and only where two people have granted a deletion. The union's
-- finding stays with the notice; an objection that is not decided yet stands against the
-- deletion itself.
CREATE OR REPLACE FUNCTION members_forget_objections(subject bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $forget$
BEGIN
    IF NOT EXISTS (
        SELECT FROM members_privacyrequest AS asked
        WHERE asked.person_id = subject AND asked.kind = 'delete'
            AND asked.state = 'granted' AND asked.endorsed_by_id <> asked.decided_by_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = '23U03',
            MESSAGE = '没有经两人同意的删除请求，不能删除个人信息。';
    END IF;
    DELETE FROM members_objectionevidence AS paper USING members_objection AS objection
    WHERE paper.objection_id = objection.id AND objection.person_id = subject
        AND objection.state <> 'open';
    UPDATE members_objection SET text = '已注销',
        answer = CASE answer WHEN '' THEN '' ELSE '已注销' END,
        filed_by_name = CASE channel WHEN 'worker' THEN '已注销' ELSE filed_by_name END
    WHERE person_id = subject AND state <> 'open';
END; $forget$;
