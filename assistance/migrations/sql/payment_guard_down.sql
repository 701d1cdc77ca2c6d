DROP TRIGGER IF EXISTS "guard_assistance_payment_state_insert" ON "assistance_payment";
DROP FUNCTION IF EXISTS "guard_assistance_payment_state_insert"();
DROP TRIGGER IF EXISTS "guard_assistance_payment_state_update" ON "assistance_payment";
DROP FUNCTION IF EXISTS "guard_assistance_payment_state_update"();
