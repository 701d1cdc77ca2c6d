#!/usr/bin/env bash
# Runs once, when the database cluster is made: an owner for tables, a runner without, one for sandboxes.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
  --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" \
  --set sandbox_password="$SANDBOX_PASSWORD" <<'SQL'
CREATE ROLE unionportal_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE unionportal_app LOGIN PASSWORD :'app_password';
-- Makes and drops the databases of sandboxes; has no right on any row of the portal.
CREATE ROLE unionportal_sandbox LOGIN CREATEDB PASSWORD :'sandbox_password';
CREATE DATABASE unionportal OWNER unionportal_owner TEMPLATE template0
  ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8';
SQL
