-- +goose Up
-- Notices that wait to be applied are few; those that were are many.
CREATE INDEX payment_notice_waiting ON payment_notice (project_id, transaction_id) WHERE state = 'verified';
