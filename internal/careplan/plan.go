package careplan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/search"
)

// Plan says who is visited how often, and what is to be done there.
type Plan struct {
	ID      id.ID
	Name    string
	Tag     id.ID // for good: another tag is another plan
	TagName string
	TagKind string // estate.TagPerson or estate.TagRoom
	Days    int    // from a visit to the next one
	Todo    string
	Begins  clock.Date // nobody is due before
	Active  bool
	Version int
}

// Limits of a plan.
const (
	maxDays  = 366 // from one visit to the next
	maxAhead = 366 // from today to the day on which it begins, either way
)

func (p *Plan) check(today clock.Date) error {
	name, err := search.CleanName(p.Name)
	if err != nil || utf8.RuneCountInString(name) > 30 {
		return ErrPlan.At("body.name", "要写明，最多 30 个字，不能有看不见的字符", p.Name)
	}
	p.Name, p.Todo = name, strings.TrimSpace(p.Todo)
	if n := utf8.RuneCountInString(p.Todo); n == 0 || n > 400 {
		return ErrPlan.At("body.todo", "要写明走访时做什么，最多 400 个字", nil)
	}
	if p.Days < 1 || p.Days > maxDays {
		return ErrPlan.At("body.days", fmt.Sprintf("应为 1–%d 天", maxDays), p.Days)
	}
	if p.Begins == 0 {
		p.Begins = today
	}
	if away := p.Begins.Sub(today); away > maxAhead || away < -maxAhead {
		return ErrPlan.At("body.begins", "应在今天前后一年之内", p.Begins.String())
	}
	return nil
}

// Create adds a plan that a tag in use drives. Errors: ErrPlan, ErrName,
// estate.ErrTagGone, fault.ErrNotFound without such a tag.
func (s *Service) Create(ctx context.Context, who actor.Actor, project id.ID, p Plan) (Plan, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := p.check(clock.DateOf(tx.Now())); err != nil {
			return err
		}
		tags, err := s.tags(ctx, tx, project)
		if err != nil {
			return err
		}
		t, ok := tags[p.Tag]
		switch {
		case !ok:
			return fault.ErrNotFound
		case !t.Active:
			return estate.ErrTagGone
		}
		p.ID, p.Version, p.Active, p.TagName, p.TagKind = tx.NewID(), 1, true, t.Name, t.Kind
		if err := insertPlan(ctx, tx, project, &p); err != nil {
			return err
		}
		s.record(tx, who, project, "careplan.created", p.ID, "新建关怀计划 "+p.Name+"："+p.words(), nil, p)
		return nil
	})
	return p, err
}

// Edit changes a plan, ends it or takes it up again; Version must be the one
// that was read, and the tag stays. Errors: those of Create, fault.ErrStale.
func (s *Service) Edit(ctx context.Context, who actor.Actor, project id.ID, p Plan) (Plan, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		old, err := s.locked(ctx, tx, project, p.ID)
		switch {
		case err != nil:
			return err
		case old.Version != p.Version:
			return fault.ErrStale
		case p.Begins == 0:
			p.Begins = old.Begins
		}
		today := clock.DateOf(tx.Now())
		if p.Begins == old.Begins {
			today = old.Begins // it was right on the day on which it was set
		}
		if err := p.check(today); err != nil {
			return err
		}
		p.Tag, p.TagName, p.TagKind, p.Version = old.Tag, old.TagName, old.TagKind, old.Version+1
		if err := updatePlan(ctx, tx, project, &p); err != nil {
			return err
		}
		action, verb := "careplan.changed", "修改"
		switch {
		case old.Active && !p.Active:
			action, verb = "careplan.ended", "结束"
		case !old.Active && p.Active:
			action, verb = "careplan.resumed", "恢复"
		}
		s.record(tx, who, project, action, p.ID, verb+"关怀计划 "+p.Name+"："+p.words(), old, p)
		return nil
	})
	return p, err
}

func (p *Plan) words() string { return fmt.Sprintf("标签 %s，每 %d 天", p.TagName, p.Days) }

// record keeps whom it is about out of the histories of people and rooms, which
// others read.
func (s *Service) record(tx *db.Tx, who actor.Actor, project id.ID, action string, plan id.ID, summary string, before, after any) {
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: action, Kind: "care_plan", Subject: plan, Summary: summary, Before: before, After: after})
}

func (s *Service) locked(ctx context.Context, tx *db.Tx, project, plan id.ID) (Plan, error) {
	if err := lockPlan(ctx, tx, project, plan); err != nil {
		return Plan{}, err
	}
	return s.Plan(ctx, tx, project, plan)
}

// Plan reads one. Error: fault.ErrNotFound.
func (s *Service) Plan(ctx context.Context, q db.Q, project, plan id.ID) (Plan, error) {
	p, err := onePlan(ctx, q, project, plan)
	if err != nil {
		return p, err
	}
	list, err := s.named(ctx, q, project, []Plan{p})
	if err != nil {
		return p, err
	}
	return list[0], nil
}

// Plans lists plans, newest first; state active, ended, or empty for all.
func (s *Service) Plans(ctx context.Context, q db.Q, project id.ID, state string, r page.Request) (page.List[Plan], error) {
	l, err := page.Newest(&r, func(p Plan) id.ID { return p.ID }, func(before id.ID) ([]Plan, error) {
		return listPlans(ctx, q, project, state, before, r.Limit+1)
	})
	if err == nil {
		l.Items, err = s.named(ctx, q, project, l.Items)
	}
	return l, err
}

// named tells plans what their tags are called.
func (s *Service) named(ctx context.Context, q db.Q, project id.ID, list []Plan) ([]Plan, error) {
	tags, err := s.tags(ctx, q, project)
	for i := range list {
		t := tags[list[i].Tag]
		list[i].TagName, list[i].TagKind = t.Name, t.Kind
	}
	return list, err
}

func (s *Service) tags(ctx context.Context, q db.Q, project id.ID) (map[id.ID]estate.Tag, error) {
	list, err := s.estate.Tags(ctx, q, project, "")
	out := make(map[id.ID]estate.Tag, len(list))
	for _, t := range list {
		out[t.ID] = t
	}
	return out, err
}

// CopySetup gives a new project the plans that another one has in use, from
// today on; tags are the new id of each tag. n is how many were made.
func (s *Service) CopySetup(ctx context.Context, tx *db.Tx, from, to id.ID, tags map[id.ID]id.ID) (n int, err error) {
	list, err := listPlans(ctx, tx, from, "active", 0, 0)
	if err != nil {
		return 0, fmt.Errorf("copy care plans: %w", err)
	}
	slices.Reverse(list)
	for _, p := range list {
		if p.Tag = tags[p.Tag]; p.Tag == 0 {
			continue // a tag out of use is not brought over
		}
		p.ID, p.Version, p.Begins = tx.NewID(), 1, clock.DateOf(tx.Now())
		if err := insertPlan(ctx, tx, to, &p); err != nil {
			return n, fmt.Errorf("copy care plan %s: %w", p.Name, err)
		}
		n++
	}
	return n, nil
}
