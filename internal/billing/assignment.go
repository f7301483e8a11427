package billing

import (
	"context"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Scope is how widely an assignment reaches. The narrowest one that covers a
// day decides: room, building, room kind, project.
type Scope string

// The scopes, widest first.
const (
	ToProject  Scope = "project"
	ToKind     Scope = "kind"
	ToBuilding Scope = "building"
	ToRoom     Scope = "room"
)

// Assignment says which rooms an item is charged to, or, when Exempt, which
// are spared.
type Assignment struct {
	ID      id.ID
	Item    id.ID
	Scope   Scope
	Target  id.ID  // building or room
	Kind    string // room kind, for ToKind
	Exempt  bool
	From    clock.Date // first day
	Until   clock.Date // last day, 0 = open
	Version int
}

func (a *Assignment) check() error {
	switch a.Scope {
	case ToProject:
		if a.Target != 0 || a.Kind != "" {
			return ErrAssignment.At("body.scope", "全项目不用再选楼栋或房屋", nil)
		}
		if a.Exempt {
			return ErrAssignment.At("body.exempt", "全项目不收请停用这项费用", nil)
		}
	case ToKind:
		if a.Kind == "" || a.Target != 0 {
			return ErrAssignment.At("body.kind", "要选房屋类型", a.Kind)
		}
	case ToBuilding, ToRoom:
		if a.Target == 0 || a.Kind != "" {
			return ErrAssignment.At("body.target_id", "要选楼栋或房屋", nil)
		}
	default:
		return ErrAssignment.At("body.scope", "不在可选范围内", string(a.Scope))
	}
	if a.From == 0 {
		return ErrAssignment.At("body.from_date", "要填写从哪天起", "")
	}
	if a.Until != 0 && a.Until < a.From {
		return ErrAssignment.At("body.until_date", "不能早于起始日", a.Until.String())
	}
	return nil
}

// Assign charges an item to rooms, or spares them. Errors: ErrAssignment,
// ErrItemRetired, fault.ErrNotFound.
func (s *Service) Assign(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, a Assignment) (Assignment, error) {
	if err := a.check(); err != nil {
		return a, err
	}
	i, err := oneItem(ctx, tx, project, a.Item)
	if err != nil {
		return a, err
	}
	if !i.Active {
		return a, ErrItemRetired
	}
	if err := s.exists(ctx, tx, project, &a); err != nil {
		return a, err
	}
	a.ID, a.Version = tx.NewID(), 1
	if err := insertAssignment(ctx, tx, project, &a); err != nil {
		return a, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.assigned", Kind: "item", Subject: i.ID,
		Summary: "设置" + i.Name + "的收费范围", After: a})
	return a, nil
}

// EndAssignment sets the last day of an assignment; a day before its first one
// takes it back altogether. Errors: fault.ErrStale, fault.ErrNotFound.
func (s *Service) EndAssignment(ctx context.Context, tx *db.Tx, who actor.Actor, project, assignment id.ID, until clock.Date, version int) (Assignment, error) {
	old, err := lockAssignment(ctx, tx, project, assignment)
	if err != nil {
		return old, err
	}
	if old.Version != version {
		return old, fault.ErrStale
	}
	a := old
	a.Until, a.Version = until, old.Version+1
	if err := updateAssignment(ctx, tx, project, &a); err != nil {
		return a, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.assignment_ended", Kind: "item", Subject: a.Item,
		Summary: "修改收费范围的截止日为 " + until.String(), Before: old, After: a})
	return a, nil
}

// Assignments lists where an item is charged.
func (s *Service) Assignments(ctx context.Context, q db.Q, project, item id.ID) ([]Assignment, error) {
	return assignmentsOf(ctx, q, project, item)
}

// exists refuses a building or room that the project does not have.
func (s *Service) exists(ctx context.Context, tx *db.Tx, project id.ID, a *Assignment) error {
	switch a.Scope {
	case ToBuilding:
		_, err := s.estate.Building(ctx, tx, project, a.Target)
		return err
	case ToRoom:
		_, err := s.estate.Room(ctx, tx, project, a.Target)
		return err
	}
	return nil
}
