-- +goose Up
ALTER TABLE identity_notice ADD COLUMN projects TEXT NOT NULL DEFAULT '';
