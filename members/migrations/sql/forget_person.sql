-- Empties a person as two people have granted it: the running role may not touch the
-- history, so this runs with the owner's rights, and looks for the grant itself.
CREATE OR REPLACE FUNCTION members_forget_person(
    subject bigint, is_whole boolean, sealed_id bytea, sealed_card bytea
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $forget$
BEGIN
    IF NOT EXISTS (
        SELECT FROM members_privacyrequest AS asked
        WHERE asked.person_id = subject AND asked.kind = 'delete'
            AND asked.state = 'granted' AND asked.endorsed_by_id <> asked.decided_by_id
            AND is_whole = (asked.kept = '[]'::jsonb)
    ) THEN
        RAISE EXCEPTION USING ERRCODE = '23U03',
            MESSAGE = '没有经两人同意的删除请求，不能删除个人信息。';
    END IF;
    PERFORM set_config('pgtrigger.ignore', '{pgtrigger_append_only_53f61,'
        'pgtrigger_append_only_13871}', true);

    UPDATE members_person SET phone = NULL, phone_index = '', nation = '',
        education = '', political_status = '', unit_name = '', trade = '',
        skill_grade = '', job_kind = '', hukou_kind = '', target_groups = '{}'
    WHERE id = subject;
    UPDATE members_membershipapplication SET phone = NULL, phone_index = '',
        particulars = '{}', note = ''
    WHERE person_id = subject;
    UPDATE members_personevent SET nation = '', education = '', political_status = '',
        unit_name = '', trade = '', skill_grade = '', job_kind = '', hukou_kind = '',
        target_groups = '{}'
    WHERE pgh_obj_id = subject;

    IF is_whole THEN
        UPDATE members_person SET name = '已注销', name_pinyin = '', name_initials = '',
            id_number = sealed_id, id_number_index = 'forgotten' || lpad(id::text, 23, '0'),
            birth_date = date_trunc('year', birth_date)::date, division_id = NULL
        WHERE id = subject;
        UPDATE members_membershipapplication SET name = '已注销', id_number = sealed_id,
            id_number_index = 'forgotten' || lpad(id::text, 23, '0')
        WHERE person_id = subject;
        UPDATE members_bankaccount SET bank_name = '已注销', number = sealed_card,
            number_index = '', number_last4 = '0000', holder_name = '已注销'
        WHERE person_id = subject;
        UPDATE members_personevent SET name = '已注销', name_pinyin = '',
            name_initials = '', birth_date = date_trunc('year', birth_date)::date,
            division_id = NULL
        WHERE pgh_obj_id = subject;
        UPDATE members_bankaccountevent SET bank_name = '已注销', number_last4 = '0000',
            holder_name = '已注销'
        WHERE person_id = subject;
    END IF;
    PERFORM set_config('pgtrigger.ignore', '', true);
END; $forget$;
