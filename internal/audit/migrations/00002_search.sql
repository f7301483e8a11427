-- +goose Up
DROP INDEX audit_entry_account;
CREATE INDEX audit_entry_at ON audit_entry (project_id, at, seq);
CREATE INDEX audit_entry_account ON audit_entry (project_id, account_id, at, seq);
CREATE INDEX audit_entry_kind ON audit_entry (project_id, kind, at, seq);
CREATE INDEX audit_entry_action ON audit_entry (project_id, action, at, seq);
