-- The address of a forgotten person's dossiers, why a class was decided, in the history
-- too, what was found at the home and its papers, what was said before an exit: with the owner's rights, and only where two people have granted the deletion of everything.
CREATE OR REPLACE FUNCTION assistance_forget_household(subject bigint)
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
    PERFORM set_config('pgtrigger.ignore', '{pgtrigger_append_only_3985f}', true);
    UPDATE assistance_householddossier SET address = '', class_reason = ''
    WHERE principal_id = subject;
    UPDATE assistance_householddossierevent SET address = '', class_reason = ''
    WHERE principal_id = subject;
    PERFORM set_config('pgtrigger.ignore', '', true);
    UPDATE assistance_visit AS visit SET found = '已注销'
    FROM assistance_householddossier AS dossier
    WHERE visit.dossier_id = dossier.id AND dossier.principal_id = subject;
    UPDATE assistance_leaving AS leaving
    SET reason = '已注销',
        statement = CASE WHEN statement = '' THEN '' ELSE '已注销' END,
        decision = CASE WHEN decision = '' THEN '' ELSE '已注销' END
    FROM assistance_householddossier AS dossier
    WHERE leaving.dossier_id = dossier.id AND dossier.principal_id = subject;
    DELETE FROM assistance_visitpaper AS paper
    USING assistance_visit AS visit, assistance_householddossier AS dossier
    WHERE paper.visit_id = visit.id AND visit.dossier_id = dossier.id
        AND dossier.principal_id = subject;
END; $forget$;
