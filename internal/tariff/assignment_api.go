package tariff

import (
	"context"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// AssignmentFields are what people fill in of an assignment.
type AssignmentFields struct {
	Scope    string      `json:"scope" enum:"project,kind,building,rule,room" doc:"范围：全项目、一类房屋、一栋楼、按条件、一间房；后面的优先"`
	Target   id.ID       `json:"target_id,omitempty" doc:"楼栋或房屋"`
	Kind     string      `json:"kind,omitempty" enum:"home,flat,shop,office,storage,other" doc:"房屋类型，只用于 scope=kind"`
	Rule     *RuleFields `json:"rule,omitempty" doc:"条件，只用于 scope=rule；写了的都要满足"`
	Quantity money.Qty   `json:"quantity,omitempty" minimum:"0" doc:"每户数量，万分之一，只用于按数量收的费用"`
	Exempt   bool        `json:"exempt,omitempty" doc:"true 为这个范围不收"`
	From     clock.Date  `json:"from_date" doc:"从哪天起（含）"`
	Until    clock.Date  `json:"until_date,omitempty" doc:"到哪天止（含），空为长期"`
}

type assignmentJSON struct {
	ID id.ID `json:"id"`
	AssignmentFields
	TargetLabel string `json:"target_label" doc:"范围的名称，如 3栋、3栋2单元1502、商铺"`
	Version     int    `json:"version" doc:"修改时原样带回"`
}

// toAssignment names the target.
func toAssignment(a *Assignment, n *targetNames) assignmentJSON {
	return assignmentJSON{a.ID, toAssignmentFields(a), scopeLabel(a, n), a.Version}
}

func scopeLabel(a *Assignment, n *targetNames) string {
	switch a.Scope {
	case ToKind:
		return estate.RoomKinds().Chinese(a.Kind)
	case ToBuilding:
		return n.buildings[a.Target]
	case ToRoom:
		return n.rooms[a.Target]
	case ToRule:
		return a.Rule.words(n)
	}
	return "全项目"
}

func (s *Service) assignmentList(ctx context.Context, q db.Q, project id.ID, list []Assignment) ([]assignmentJSON, error) {
	names, err := s.targetNames(ctx, q, project, list)
	if err != nil {
		return nil, err
	}
	out := make([]assignmentJSON, len(list))
	for i := range list {
		out[i] = toAssignment(&list[i], names)
	}
	return out, nil
}

type assignmentsOut struct {
	Body struct {
		Items []assignmentJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) listAssignmentsAPI(ctx context.Context, _ actor.Actor, in *itemIn) (*assignmentsOut, error) {
	q := s.db.Reader(ctx)
	if _, err := s.Item(ctx, q, in.Project, in.Item); err != nil {
		return nil, err
	}
	list, err := s.Assignments(ctx, q, in.Project, in.Item)
	if err != nil {
		return nil, err
	}
	out := &assignmentsOut{}
	out.Body.Items, err = s.assignmentList(ctx, q, in.Project, list)
	return out, err
}

type assignIn struct {
	Project id.ID `path:"project"`
	Item    id.ID `path:"item"`
	Body    AssignmentFields
}

type assignmentOut struct{ Body assignmentJSON }

func (s *Service) assignAPI(ctx context.Context, who actor.Actor, in *assignIn) (*assignmentOut, error) {
	a := in.Body.assignment(in.Item)
	return s.assignmentAnswer(ctx, in.Project, func(tx *db.Tx) (Assignment, error) {
		return s.Assign(ctx, tx, who, in.Project, a)
	})
}

type endAssignmentIn struct {
	Project    id.ID `path:"project"`
	Assignment id.ID `path:"assignment"`
	Body       struct {
		Until   clock.Date `json:"until_date" doc:"收到哪天止（含）；早于起始日等于作废这条范围，空为长期"`
		Version int        `json:"version" doc:"读到的版本"`
	}
}

func (s *Service) endAssignmentAPI(ctx context.Context, who actor.Actor, in *endAssignmentIn) (*assignmentOut, error) {
	return s.assignmentAnswer(ctx, in.Project, func(tx *db.Tx) (Assignment, error) {
		return s.EndAssignment(ctx, tx, who, in.Project, in.Assignment, in.Body.Until, in.Body.Version)
	})
}

func (s *Service) assignmentAnswer(ctx context.Context, project id.ID, fn func(tx *db.Tx) (Assignment, error)) (*assignmentOut, error) {
	out := &assignmentOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		a, err := fn(tx)
		if err != nil {
			return err
		}
		list, err := s.assignmentList(ctx, tx, project, []Assignment{a})
		if err == nil {
			out.Body = list[0]
		}
		return err
	})
	return out, err
}
