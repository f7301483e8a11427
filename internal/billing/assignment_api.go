package billing

import (
	"context"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// AssignmentFields are what people fill in of an assignment.
type AssignmentFields struct {
	Scope  string     `json:"scope" enum:"project,kind,building,room" doc:"范围：全项目、一类房屋、一栋楼、一间房；范围小的优先"`
	Target id.ID      `json:"target_id,omitempty" doc:"楼栋或房屋"`
	Kind   string     `json:"kind,omitempty" enum:"home,flat,shop,office,storage,other" doc:"房屋类型，只用于 scope=kind"`
	Exempt bool       `json:"exempt,omitempty" doc:"true 为这个范围不收"`
	From   clock.Date `json:"from_date" doc:"从哪天起（含）"`
	Until  clock.Date `json:"until_date,omitempty" doc:"到哪天止（含），空为长期"`
}

type assignmentJSON struct {
	ID id.ID `json:"id"`
	AssignmentFields
	TargetLabel string `json:"target_label" doc:"范围的名称，如 3栋、3栋2单元1502、商铺"`
	Version     int    `json:"version" doc:"修改时原样带回"`
}

// toAssignment names the target; rooms is the label of a room by id.
func toAssignment(a *Assignment, buildings, rooms map[id.ID]string) assignmentJSON {
	label := "全项目"
	switch a.Scope {
	case ToKind:
		label = estate.RoomKinds().Chinese(a.Kind)
	case ToBuilding:
		label = buildings[a.Target]
	case ToRoom:
		label = rooms[a.Target]
	}
	return assignmentJSON{a.ID, AssignmentFields{string(a.Scope), a.Target, a.Kind, a.Exempt, a.From, a.Until}, label, a.Version}
}

func (s *Service) assignmentList(ctx context.Context, q db.Q, project id.ID, list []Assignment) ([]assignmentJSON, error) {
	buildings, err := s.buildingNames(ctx, q, project)
	if err != nil {
		return nil, err
	}
	var ids []id.ID
	for i := range list {
		if list[i].Scope == ToRoom {
			ids = append(ids, list[i].Target)
		}
	}
	rooms, err := s.estate.Labels(ctx, q, project, ids)
	if err != nil {
		return nil, err
	}
	out := make([]assignmentJSON, len(list))
	for i := range list {
		out[i] = toAssignment(&list[i], buildings, rooms)
	}
	return out, nil
}

func (s *Service) buildingNames(ctx context.Context, q db.Q, project id.ID) (map[id.ID]string, error) {
	all, err := s.estate.Buildings(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := map[id.ID]string{}
	for _, b := range all {
		out[b.ID] = b.Name
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
	b := in.Body
	a := Assignment{Item: in.Item, Scope: Scope(b.Scope), Target: b.Target, Kind: b.Kind, Exempt: b.Exempt, From: b.From, Until: b.Until}
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
