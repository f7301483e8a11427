package demo

import (
	"context"
	"errors"
	"slices"
	"time"

	"linli/internal/careplan"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// cared tags who lives alone, and homes that need a look, and makes a plan for
// each of the two tags.
func (d *demo) cared(ctx context.Context, p *project) error {
	people, rooms := []id.ID{}, []id.ID{}
	for _, room := range p.rooms {
		list, err := d.app.Estate.Occupants(ctx, d.app.DB.Reader(ctx), p.id, room, 0, true)
		if err != nil {
			return err
		}
		switch {
		case len(list) == 1 && list[0].Since != 0 && len(people) < 12 && !slices.Contains(people, list[0].Person.ID):
			people = append(people, list[0].Person.ID)
		case len(list) > 1 && len(rooms) < 4:
			rooms = append(rooms, room)
		}
	}
	for _, x := range []struct {
		tag      estate.Tag
		subjects []id.ID
		plan     careplan.Plan
	}{
		{estate.Tag{Name: "独居老人", Kind: estate.TagPerson}, people, careplan.Plan{Name: "独居老人探访", Days: 14, Todo: "看看身体和用电用气，问问有什么要帮忙"}},
		{estate.Tag{Name: "重点照看", Kind: estate.TagRoom}, rooms, careplan.Plan{Name: "重点照看户走访", Days: 30, Todo: "查看燃气、水管和扶手，留服务中心电话"}},
	} {
		err := d.app.DB.Write(ctx, func(tx *db.Tx) error {
			tag, err := d.app.Estate.CreateTag(ctx, tx, p.manager, p.id, x.tag)
			if err != nil {
				return err
			}
			x.plan.Tag = tag.ID
			_, err = d.app.Estate.PutTag(ctx, tx, p.manager, p.id, tag.ID, x.subjects, true)
			return err
		})
		if err == nil {
			_, err = d.app.Care.Create(ctx, p.manager, p.id, x.plan)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// calls is a round of the front desk, once a week: most of those who are due are
// visited, the others wait.
func (d *demo) calls(ctx context.Context, at time.Time) error {
	p, today := d.projects[0], clock.DateOf(at)
	round := today.Start().Add(10*time.Hour + 40*time.Minute)
	if at.Before(round) || today < d.again {
		return nil
	}
	d.again = today.AddDays(7)
	d.clock.Set(round)
	due, err := d.app.Care.Due(ctx, d.app.DB.Reader(ctx), p.id, careplan.DueFilter{Request: page.Request{Limit: 50}})
	for i, x := range due.Items {
		if i%5 == 4 {
			continue
		}
		v := careplan.Visit{Plan: x.Plan.ID, Subject: x.Subject, Result: careplan.Fine, Note: pick(d.rounds, []string{"", "身体和精神都好", "血压正常，燃气灶和热水器看过", "女儿周末来过，一切都好", "提醒了用电安全"})}
		switch d.rounds.IntN(7) {
		case 0:
			v.Result, v.Note = careplan.Missed, pick(d.rounds, []string{"敲门没人应，电话也没接", "邻居说去儿子家了"})
		case 1:
			v.Result, v.Note = careplan.Follow, pick(d.rounds, []string{"厨房灯坏了，请工程师傅来换", "膝盖疼，想请人陪着去医院", "燃气软管老化，约师傅更换"})
		}
		_, next := d.app.Care.Record(ctx, p.clerk, p.id, v)
		err = errors.Join(err, next)
	}
	return err
}
