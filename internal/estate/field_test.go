package estate_test

import (
	"errors"
	"slices"
	"testing"

	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

func TestFieldsOfOwnMaking(t *testing.T) {
	run(t, func(t *testing.T, h *house) {
		write := func(f func(tx *db.Tx) error) error { return h.d.Write(h.ctx, f) }
		var people []id.ID
		err := write(func(tx *db.Tx) error {
			for _, name := range []string{"陈建国", "林晓峰"} {
				p, err := h.s.CreatePerson(h.ctx, tx, h.who, h.p, estate.PersonInput{Name: name})
				if err != nil {
					return err
				}
				people = append(people, p.ID)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		create := func(f estate.Field) (out estate.Field, err error) {
			err = write(func(tx *db.Tx) (err error) {
				out, err = h.s.CreateField(h.ctx, tx, h.who, h.p, f)
				return err
			})
			return out, err
		}
		for name, f := range map[string]estate.Field{
			"no name":    {Kind: "person", Type: estate.FieldText},
			"no kind":    {Name: "备注", Type: estate.FieldText},
			"no type":    {Kind: "person", Name: "备注", Type: "poem"},
			"one choice": {Kind: "person", Name: "政治面貌", Type: estate.FieldChoice, Choices: []string{"群众", " 群众 "}},
		} {
			if _, err := create(f); !errors.Is(err, estate.ErrField) {
				t.Errorf("%s: %v", name, err)
			}
		}
		made := map[string]estate.Field{}
		for _, f := range []estate.Field{
			{Kind: "person", Name: "紧急联系人", Type: estate.FieldText, Sort: 2},
			{Kind: "person", Name: "车位数", Type: estate.FieldNumber, Sort: 3},
			{Kind: "person", Name: "生日", Type: estate.FieldDate, Sort: 4},
			{Kind: "person", Name: "宠物", Type: estate.FieldChoice, Choices: []string{"没有", "猫", "狗"}, Required: true, Sort: 1},
		} {
			x, err := create(f)
			if err != nil {
				t.Fatal(err)
			}
			made[f.Name] = x
		}
		if _, err := create(estate.Field{Kind: "person", Name: "生日", Type: estate.FieldDate}); !errors.Is(err, estate.ErrFieldTaken) {
			t.Errorf("same name: %v", err)
		}
		set := func(person id.ID, list ...estate.NewValue) error {
			return write(func(tx *db.Tx) error {
				_, err := h.s.SetValues(h.ctx, tx, h.who, h.p, "person", person, list)
				return err
			})
		}
		value := func(name, seen, text string) estate.NewValue {
			return estate.NewValue{Field: made[name].ID, Seen: seen, Text: text}
		}
		for name, c := range map[string]struct {
			v    estate.NewValue
			want error
		}{
			"a required one is empty": {value("紧急联系人", "", "王秀英"), estate.ErrFieldValue},
			"a number of words":       {value("车位数", "", "两个"), estate.ErrFieldValue},
			"no such day":             {value("生日", "", "2026-02-30"), estate.ErrFieldValue},
			"no such choice":          {value("宠物", "", "鱼"), estate.ErrFieldValue},
			"another was seen":        {value("宠物", "狗", "猫"), fault.ErrStale},
			"no such field":           {estate.NewValue{Field: 7, Text: "x"}, fault.ErrNotFound},
		} {
			if err := set(people[0], c.v); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if err := set(people[0], value("宠物", "", " 猫 "), value("车位数", "", "１.50"), value("生日", "", "1990-02-03")); err != nil {
			t.Fatal(err)
		}
		if err := set(people[1], value("宠物", "", "没有"), value("车位数", "", "-2")); err != nil {
			t.Fatal(err)
		}
		got, err := h.s.Values(h.ctx, h.d.Reader(h.ctx), h.p, "person", people[0])
		texts := []string{}
		for _, v := range got {
			texts = append(texts, v.Text)
		}
		if err != nil || !slices.Equal(texts, []string{"猫", "", "1.5", "1990-02-03"}) {
			t.Errorf("%q %v", texts, err)
		}
		for _, c := range []struct {
			field, text string
			want        int
		}{{"宠物", "猫", 1}, {"宠物", "狗", 0}, {"车位数", "1.500", 1}, {"车位数", "-2.0", 1}, {"车位数", "many", 0}, {"生日", "1990-02-03", 1}} {
			l, err := h.s.People(h.ctx, h.p, estate.PersonFilter{Request: page.Request{Limit: 10}, Says: estate.FieldFilter{Field: made[c.field].ID, Text: c.text}})
			if err != nil || len(l.Items) != c.want {
				t.Errorf("%s = %s finds %d %v, want %d", c.field, c.text, len(l.Items), err, c.want)
			}
		}
		edit := func(f estate.Field) error {
			return write(func(tx *db.Tx) error {
				_, err := h.s.EditField(h.ctx, tx, h.who, h.p, f)
				return err
			})
		}
		pet := made["宠物"]
		pet.Choices = []string{"没有", "狗"}
		if err := edit(pet); !errors.Is(err, estate.ErrFieldChoice) {
			t.Errorf("a choice that is used: %v", err)
		}
		pet.Choices, pet.Type = []string{"没有", "猫"}, estate.FieldText
		if err := edit(pet); !errors.Is(err, estate.ErrFieldType) {
			t.Errorf("another type: %v", err)
		}
		pet.Type, pet.Active = estate.FieldChoice, false
		if err := edit(pet); err != nil {
			t.Fatal(err)
		}
		if err := edit(pet); !errors.Is(err, fault.ErrStale) {
			t.Errorf("an old version: %v", err)
		}
		if got, err := h.s.Values(h.ctx, h.d.Reader(h.ctx), h.p, "person", people[0]); err != nil || len(got) != 3 {
			t.Errorf("after it is retired: %+v %v", got, err)
		}
	})
}
