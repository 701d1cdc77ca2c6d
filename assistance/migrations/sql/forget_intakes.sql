-- What a forgotten person applied for, for himself or his child, and what others applied
-- for him: names, numbers, answers and papers go, the row stays for the figures. With the
-- owner's rights, and only where two people have granted the deletion of everything.
CREATE OR REPLACE FUNCTION assistance_forget_applications(subject_key bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $forget$
BEGIN
    IF NOT EXISTS (
        SELECT FROM members_privacyrequest AS asked
        WHERE asked.person_id = subject_key AND asked.kind = 'delete'
            AND asked.state = 'granted' AND asked.kept = '[]'::jsonb
            AND asked.endorsed_by_id <> asked.decided_by_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = '23U03',
            MESSAGE = '没有经两人同意的删除请求，不能删除个人信息。';
    END IF;
    UPDATE assistance_aidapplication AS application
    SET subject_name = '已注销', id_number = NULL, answers = '{}'::jsonb, objection =
            CASE WHEN application.objected_on IS NULL THEN '' ELSE '已注销' END,
        id_number_index = 'forgotten-' || application.id
    WHERE application.applicant_id = subject_key OR application.subject_id = subject_key;
    UPDATE assistance_dossierintake AS intake SET class_reason = ''
    FROM assistance_aidapplication AS application
    WHERE intake.application_id = application.id
      AND (application.applicant_id = subject_key
           OR application.subject_id = subject_key);
    DELETE FROM assistance_aidevidence AS paper
    USING assistance_aidapplication AS application
    WHERE paper.application_id = application.id
      AND (application.applicant_id = subject_key
           OR application.subject_id = subject_key);
END; $forget$;
