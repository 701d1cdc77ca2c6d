DROP FUNCTION assistance_ensure_year(integer);
DROP TABLE assistance_payment;
DROP TABLE assistance_determination;
