DROP TRIGGER verifier_did_not_sign ON assistance_verificationcall;
DROP FUNCTION assistance_verifier_did_not_sign();
