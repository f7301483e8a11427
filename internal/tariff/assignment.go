package tariff

import (
	"context"
	"slices"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Scope is how widely an assignment reaches. The narrowest one that covers a
// day decides: room, rule, building, room kind, project.
type Scope string

// The scopes, widest first.
const (
	ToProject  Scope = "project"
	ToKind     Scope = "kind"
	ToBuilding Scope = "building"
	ToRule     Scope = "rule"
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
	Rule    Rule   // for ToRule
	Exempt  bool
	From    clock.Date // first day
	Until   clock.Date // last day, 0 = open
	Version int
	// Quantity is how many are charged to each room, for ByQuantity, ×10⁻⁴.
	Quantity money.Qty
	reach    *reach // the Rule made ready
}

func (a *Assignment) check(i *Item) error {
	if err := a.checkScope(); err != nil {
		return err
	}
	switch charged := i.Basis == ByQuantity && !a.Exempt; {
	case charged && (a.Quantity <= 0 || a.Quantity > maxQuantity):
		return ErrAssignment.At("body.quantity", "每户数量要大于 0，不超过 100,000", int64(a.Quantity))
	case !charged && a.Quantity != 0:
		return ErrAssignment.At("body.quantity", "只有按数量收的费用才填数量", int64(a.Quantity))
	}
	if a.From == 0 {
		return ErrAssignment.At("body.from_date", "要填写从哪天起", "")
	}
	if a.Until != 0 && a.Until < a.From {
		return ErrAssignment.At("body.until_date", "不能早于起始日", a.Until.String())
	}
	return nil
}

// maxQuantity is the most of anything one room is charged for, ×10⁻⁴.
const maxQuantity money.Qty = 100_000 * 10_000

func (a *Assignment) checkScope() error {
	if a.Scope != ToRule && a.Rule != (Rule{}) {
		return ErrAssignment.At("body.rule", "只有按条件的范围才写条件", nil)
	}
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
	case ToRule:
		if a.Target != 0 || a.Kind != "" {
			return ErrAssignment.At("body.scope", "条件都写在 rule 里", nil)
		}
		return a.Rule.check()
	default:
		return ErrAssignment.At("body.scope", "不在可选范围内", string(a.Scope))
	}
	return nil
}

// Assign charges an item to rooms, or spares them. Errors: ErrAssignment,
// ErrItemRetired, fault.ErrNotFound.
func (s *Service) Assign(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, a Assignment) (Assignment, error) {
	i, err := oneItem(ctx, tx, project, a.Item)
	if err != nil {
		return a, err
	}
	if err := a.check(&i); err != nil {
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

// RoomAssignments lists the assignments of the single rooms with after < id ≤
// upto, of all items, by room.
func (s *Service) RoomAssignments(ctx context.Context, q db.Q, project, after, upto id.ID) ([]Assignment, error) {
	return roomAssignments(ctx, q, project, after, upto)
}

// exists refuses a building, room or tag that the project does not have.
func (s *Service) exists(ctx context.Context, q db.Q, project id.ID, a *Assignment) error {
	building := a.Rule.Building
	if a.Scope == ToBuilding {
		building = a.Target
	}
	if building != 0 {
		if _, err := s.estate.Building(ctx, q, project, building); err != nil {
			return err
		}
	}
	if a.Scope == ToRoom {
		_, err := s.estate.Room(ctx, q, project, a.Target)
		return err
	}
	if a.Rule.Tag == 0 {
		return nil
	}
	tags, err := s.estate.Tags(ctx, q, project, "")
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(tags, func(t estate.Tag) bool { return t.ID == a.Rule.Tag }) {
		return ErrAssignment.At("body.rule.tag_id", "没有这个标签", a.Rule.Tag.String())
	}
	return nil
}
