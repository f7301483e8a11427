package app_test

import (
	"errors"
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
	"linli/internal/notify"
	"linli/internal/tariff"
)

// TestCopyProject: a project made after another has its setup and nothing that
// belongs to its rooms, people or money; whoever lacks a right on all projects
// makes none.
func TestCopyProject(t *testing.T) {
	t.Parallel()
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
		reminds(t, p, system)
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
		if made.Items == 0 || made.Rates == 0 || made.Scopes == 0 || made.Tags != 1 || made.Fields != 1 || made.Left != 2 || made.Bundles != 1 || made.Care != 1 {
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
		allowed := []string{"audit_entry", "audit_head", "billing_assignment", "billing_item", "billing_late_terms", "billing_lpr", "billing_rate", "careplan_plan", "cashier_print",
			"cashier_setting", "estate_field", "estate_project", "dunning_schedule", "dunning_setting", "estate_tag", "feebundle_bundle", "feebundle_part", "latefee_year", "ledger_prefix", "meter_setting", "notify_setting", "notify_template"}
		for name := range rows {
			if !slices.Contains(allowed, name) {
				t.Errorf("%d rows of %s came over", rows[name], name)
			}
		}
		items, err := p.app.Tariff.Items(ctx, d.Reader(ctx), made.Project.ID)
		if err != nil || len(items) == 0 {
			t.Fatal(items, err)
		}
		remindsToo(t, p, made.Project.ID)
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

// reminds sets when and how the project reminds its debtors.
func reminds(t *testing.T, p *patient, who actor.Actor) {
	t.Helper()
	ctx, q := t.Context(), p.app.DB.Reader(t.Context())
	sc, err := p.app.Dunning.Schedule(ctx, q, p.project)
	if err == nil {
		sc.Steps = []int{-5, 10}
		_, err = p.app.Dunning.SetSchedule(ctx, who, p.project, sc)
	}
	st, e := p.app.Dunning.Setting(ctx, q, p.project)
	if e == nil {
		st.Contact, st.Account, st.DeadlineDays = "云栖路 1 号 0571-86001234", "云栖路支行 6222", 21
		_, e = p.app.Dunning.SetSetting(ctx, who, p.project, st)
	}
	texts, e2 := p.app.Notify.Templates(ctx, q, p.project)
	if e2 == nil {
		i := slices.IndexFunc(texts, func(x notify.Template) bool { return x.Channel == notify.Inbox && x.Kind == notify.KindBill })
		texts[i].Body = "{姓名}，{账期} 的账单 {金额} 元出来了"
		_, e2 = p.app.Notify.SetTemplate(ctx, who, p.project, texts[i])
	}
	set, e3 := p.app.Notify.Setting(ctx, q, p.project)
	if e3 == nil {
		set.DayLimit = 1
		_, e3 = p.app.Notify.SetSetting(ctx, who, p.project, set)
	}
	if err = errors.Join(err, e, e2, e3); err != nil {
		t.Fatal(err)
	}
}

// remindsToo checks that a copied project reminds alike, in its own name.
func remindsToo(t *testing.T, p *patient, project id.ID) {
	t.Helper()
	ctx, q := t.Context(), p.app.DB.Reader(t.Context())
	sc, err := p.app.Dunning.Schedule(ctx, q, project)
	st, e := p.app.Dunning.Setting(ctx, q, project)
	set, e2 := p.app.Notify.Setting(ctx, q, project)
	texts, e3 := p.app.Notify.Templates(ctx, q, project)
	if err = errors.Join(err, e, e2, e3); err != nil {
		t.Fatal(err)
	}
	own := slices.ContainsFunc(texts, func(x notify.Template) bool { return strings.Contains(x.Body, "的账单 {金额} 元出来了") })
	if !slices.Equal(sc.Steps, []int{-5, 10}) || st.DeadlineDays != 21 || st.Contact+st.Account != "" || set.DayLimit != 1 || !own {
		t.Errorf("reminds %+v %+v %+v, own text %v", sc, st, set, own)
	}
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
