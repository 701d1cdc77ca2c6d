-- A payment order leaves a second time only when the first can no longer be accepted and
-- the bank, asked after that, says that it does not know it. On the database's clock.
CREATE FUNCTION assistance_guard_sending() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE before assistance_banksending;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.outcome IN ('answered', 'unknown') AND NEW.outcome <> OLD.outcome THEN
            RAISE EXCEPTION '这次发送已有结果，不能再改。' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.outcome = 'unknown' AND clock_timestamp() < OLD.closes_at THEN
            RAISE EXCEPTION '银行受理时限未过，不能认定银行未收到。'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.number > 1 THEN
        SELECT * INTO before FROM assistance_banksending
        WHERE bank_file_id = NEW.bank_file_id AND number = NEW.number - 1;
        IF before.id IS NULL OR before.outcome <> 'unknown'
           OR before.outcome_at < before.closes_at
           OR clock_timestamp() < before.closes_at THEN
            RAISE EXCEPTION '上一次发送银行尚未确认未收到，不能再发。'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sending_guard BEFORE INSERT OR UPDATE ON assistance_banksending
    FOR EACH ROW EXECUTE FUNCTION assistance_guard_sending();

-- Who confirms is another person, and confirms what stands.
CREATE FUNCTION assistance_guard_doubt_decision() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.confirms_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM assistance_doubtdecision AS found
        WHERE found.id = NEW.confirms_id AND found.batch_id = NEW.batch_id
          AND found.confirms_id IS NULL AND found.verdict = NEW.verdict
          AND found.found_by_id <> NEW.found_by_id) THEN
        RAISE EXCEPTION '核实与确认必须是两个人，结论须一致。'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER doubt_decision_guard BEFORE INSERT ON assistance_doubtdecision
    FOR EACH ROW EXECUTE FUNCTION assistance_guard_doubt_decision();
