package screen

import (
	"context"
	"fmt"

	"linli/internal/audit"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/tariff"
)

// ProjectCopy is a project made after another one, and what it got from there.
type ProjectCopy struct {
	Project estate.Project
	From    string // name of the other one
	Tags    int
	Fields  int
	Bundles int
	Care    int // plans
	tariff.SetupCopy
}

// CopyProject makes a project with the fee items, prices, scopes by rule, bundles, tags, care plans,
// fields of own making, prefixes of numbers, reminders and settings of another one; rooms, people and money
// stay where they are. It is one transaction. Besides the right to make
// projects it takes the rights to set what it sets, on all projects.
func (s *Service) CopyProject(ctx context.Context, who actor.Actor, from id.ID, p estate.Project) (ProjectCopy, error) {
	for _, right := range []actor.Permission{estate.PermProject, tariff.PermItem, cashier.PermSetting} {
		if err := who.Must(right, 0); err != nil {
			return ProjectCopy{}, err
		}
	}
	var out ProjectCopy
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		source, err := s.estate.Project(ctx, tx, from)
		if err != nil {
			return err
		}
		if p, err = s.estate.CreateProject(ctx, tx, who, p); err != nil {
			return err
		}
		out = ProjectCopy{Project: p, From: source.Name}
		setup, err := s.estate.CopySetup(ctx, tx, from, p.ID)
		if err != nil {
			return err
		}
		out.Tags, out.Fields = len(setup.Tags), setup.Fields
		var items map[id.ID]id.ID
		if out.SetupCopy, items, err = s.billing.CopySetup(ctx, tx, who, from, p.ID, setup.Tags); err != nil {
			return err
		}
		if err := s.late.CopySetup(ctx, tx, who, from, p.ID, items); err != nil {
			return err
		}
		if out.Bundles, err = s.bundles.CopySetup(ctx, tx, from, p.ID, items); err != nil {
			return err
		}
		if out.Care, err = s.care.CopySetup(ctx, tx, from, p.ID, setup.Tags); err != nil {
			return err
		}
		if err := s.words.CopySetup(ctx, tx, from, p.ID); err != nil {
			return err
		}
		for _, room := range []func(context.Context, *db.Tx, id.ID, id.ID) error{s.cashier.CopySetup, s.notify.CopySetup, s.dunning.CopySetup} {
			if err := room(ctx, tx, from, p.ID); err != nil {
				return err
			}
		}
		s.audit.Record(tx, audit.Entry{Project: p.ID, Who: who, Action: "estate.project_copied", Kind: "project", Subject: p.ID,
			Summary: fmt.Sprintf("%s 套用 %s 的设置：%d 个费用项目、%d 条价格、%d 个套餐、%d 个标签、%d 个关怀计划、%d 个自定义字段", p.Name, source.Name, out.Items, out.Rates, out.Bundles, out.Tags, out.Care, out.Fields),
			After:   map[string]any{"from": from, "items": out.Items, "rates": out.Rates, "scopes": out.Scopes, "left": out.Left, "bundles": out.Bundles, "tags": out.Tags, "care_plans": out.Care, "fields": out.Fields}})
		return nil
	})
	if err != nil {
		return ProjectCopy{}, fmt.Errorf("copy project: %w", err)
	}
	return out, nil
}
