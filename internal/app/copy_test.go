package app_test

import (
	"slices"
	"strings"
	"testing"

	"linli/internal/app"
	"linli/internal/estate"
	"linli/internal/feebundle"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// TestCopyProject: a project made after another has its setup and nothing that
// belongs to its rooms, people or money; whoever lacks a right on all projects
// makes none.
func TestCopyProject(t *testing.T) {
	patients(t, func(t *testing.T, p *patient) {
		d := p.app.DB
		ctx, system := t.Context(), actor.System("测试")
		month := clock.MonthOf(d.Clock().Now())
		tag := p.ids["tag"]
		if err := d.Write(ctx, func(tx *db.Tx) error {
			for _, a := range []tariff.Assignment{{Scope: tariff.ToRule, Rule: tariff.Rule{Tag: tag}}, {Scope: tariff.ToRule, Rule: tariff.Rule{Building: p.ids["building"]}},
				{Scope: tariff.ToBuilding, Target: p.ids["building"]}} {
				a.Item, a.From = p.ids["item"], month.First()
				if _, err := p.app.Tariff.Assign(ctx, tx, system, p.project, a); err != nil {
					return err
				}
			}
			_, err := p.app.Ledger.SetPrefix(ctx, tx, p.project, nil, ledger.Prefix{Series: "SJ", Year: 2030, Text: "CY"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		gone := bundleOf(t, p, system)
		clerk := actor.Actor{Account: 9, Grants: []actor.Grant{{Permissions: []actor.Permission{estate.PermProject}}}}
		if _, err := p.app.Screen.CopyProject(ctx, clerk, p.project, estate.Project{Name: "丙", Kind: estate.KindResidential}); fault.As(err) == nil || fault.As(err).Kind != fault.Forbidden {
			t.Errorf("without the right to set fees: %v", err)
		}
		if _, err := p.app.Screen.CopyProject(ctx, system, 12345, estate.Project{Name: "丙", Kind: estate.KindResidential}); fault.As(err) == nil || fault.As(err).Kind != fault.NotFound {
			t.Errorf("after a project that is not there: %v", err)
		}
		made, err := p.app.Screen.CopyProject(ctx, system, p.project, estate.Project{Name: "丙园", Kind: estate.KindResidential})
		if err != nil {
			t.Fatal(err)
		}
		if made.Items == 0 || made.Rates == 0 || made.Scopes == 0 || made.Tags != 1 || made.Fields != 1 || made.Left != 2 || made.Bundles != 1 {
			t.Errorf("came over: %+v", made)
		}
		if prefixes, err := p.app.Ledger.Prefixes(ctx, d.Reader(ctx), made.Project.ID); err != nil || prefixes.Of("SJ", 2030) != "CY" {
			t.Errorf("prefixes: %v %v", prefixes, err)
		}
		rows := map[string]int{}
		tables, err := d.ProjectTables(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			if err := d.Dump(ctx, table, table.Columns, int64(made.Project.ID), func(values []any) error {
				rows[table.Name]++
				for _, v := range values {
					for _, private := range []string{"云栖业主", "云栖栋", "云栖路", "回单"} {
						if text, ok := v.(string); ok && strings.Contains(text, private) {
							t.Errorf("%s holds %q of the other project", table.Name, text)
						}
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		allowed := []string{"audit_entry", "audit_head", "billing_assignment", "billing_item", "billing_late_terms", "billing_lpr", "billing_rate", "cashier_print",
			"cashier_setting", "estate_field", "estate_project", "estate_tag", "feebundle_bundle", "feebundle_part", "ledger_prefix", "meter_setting"}
		for name := range rows {
			if !slices.Contains(allowed, name) {
				t.Errorf("%d rows of %s came over", rows[name], name)
			}
		}
		items, err := p.app.Tariff.Items(ctx, d.Reader(ctx), made.Project.ID)
		if err != nil || len(items) == 0 {
			t.Fatal(items, err)
		}
		bundles, err := p.app.Bundles.Bundles(ctx, d.Reader(ctx), made.Project.ID, feebundle.Filter{})
		if err != nil || len(bundles.Items) != 1 || bundles.Items[0].Name != "新业主套餐" || bundles.Items[0].Uses != 0 || len(bundles.Items[0].Parts) != 1 ||
			!slices.ContainsFunc(items, func(i tariff.Item) bool { return i.ID == bundles.Items[0].Parts[0].Item }) {
			t.Errorf("bundles %+v (without %s) %v", bundles.Items, gone, err)
		}
		list, err := p.app.Tariff.Assignments(ctx, d.Reader(ctx), made.Project.ID, items[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		byTag := 0 // of the first item
		for _, a := range list {
			if a.Rule.Tag == tag {
				t.Error("a rule names a tag of the other project")
			} else if a.Rule.Tag != 0 {
				byTag++
			}
		}
		if byTag != 1 {
			t.Errorf("%d rules by tag, want 1", byTag)
		}
		if found, err := p.app.Doctor(ctx, app.Checks{}); err != nil || len(found) > 0 {
			t.Errorf("the doctor says %v %v", found, err)
		}
	})
}

// bundleOf gives the project a bundle of its item and one that is retired
// meanwhile, which stays behind, and says which.
func bundleOf(t *testing.T, p *patient, who actor.Actor) (gone id.ID) {
	t.Helper()
	ctx := t.Context()
	var late tariff.Item
	err := p.app.DB.Write(ctx, func(tx *db.Tx) (err error) {
		late, err = p.app.Tariff.CreateItem(ctx, tx, who, p.project, tariff.Item{Name: "旧费用", Basis: tariff.Fixed, Cycle: "month", Advance: true, StartMonth: 1,
			From: 20260101, Unit: money.OneFen, FirstMonth: tariff.Actual})
		return err
	})
	if err == nil {
		_, err = p.app.Bundles.Create(ctx, who, p.project, feebundle.Bundle{Name: "新业主套餐", Parts: []feebundle.Part{{Item: p.ids["item"]}, {Item: late.ID}}})
	}
	if err == nil {
		_, err = p.app.Bundles.Create(ctx, who, p.project, feebundle.Bundle{Name: "旧套餐", Parts: []feebundle.Part{{Item: late.ID}}})
	}
	if err == nil {
		err = p.app.DB.Write(ctx, func(tx *db.Tx) error {
			late.Active = false
			_, err := p.app.Tariff.EditItem(ctx, tx, who, p.project, late)
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return late.ID
}
