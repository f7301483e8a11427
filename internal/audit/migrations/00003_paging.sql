-- +goose Up
-- A list is sorted by time, so an index that ends in seq alone is passed over.
DROP INDEX audit_entry_subject;
CREATE INDEX audit_entry_subject ON audit_entry (project_id, subject_id, at, seq) WHERE subject_id <> 0;
DROP INDEX audit_entry_person;
CREATE INDEX audit_entry_person ON audit_entry (project_id, person_id, at, seq) WHERE person_id <> 0;
-- With what else is asked of one person's work, so that it is sought without a look at the entries.
DROP INDEX audit_entry_account;
CREATE INDEX audit_entry_account ON audit_entry (project_id, account_id, at, seq, action, kind);
