-- The name of a forgotten person in the offices he held and the ties he had, in the
-- history too: with the owner's rights, and only where two people have granted the
-- deletion of everything.
CREATE OR REPLACE FUNCTION members_forget_offices(subject bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $forget$
BEGIN
    IF NOT EXISTS (
        SELECT FROM members_privacyrequest AS asked
        WHERE asked.person_id = subject AND asked.kind = 'delete'
            AND asked.state = 'granted' AND asked.kept = '[]'::jsonb
            AND asked.endorsed_by_id <> asked.decided_by_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = '23U03',
            MESSAGE = '没有经两人同意的删除请求，不能删除个人信息。';
    END IF;
    PERFORM set_config('pgtrigger.ignore', '{pgtrigger_append_only_ee0a0,'
        'pgtrigger_append_only_00a27}', true);
    UPDATE members_officer SET name = '已注销' WHERE person_id = subject;
    UPDATE members_employertie SET name = '已注销' WHERE person_id = subject;
    UPDATE members_officerevent SET name = '已注销' WHERE person_id = subject;
    UPDATE members_employertieevent SET name = '已注销' WHERE person_id = subject;
    PERFORM set_config('pgtrigger.ignore', '', true);
END; $forget$;
