DROP TRIGGER sending_guard ON assistance_banksending;
DROP FUNCTION assistance_guard_sending();
DROP TRIGGER doubt_decision_guard ON assistance_doubtdecision;
DROP FUNCTION assistance_guard_doubt_decision();
