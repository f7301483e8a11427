package screen

import (
	"context"
	"slices"

	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
	"linli/internal/notify"
	"linli/internal/tariff"
)

// historyRoutes are the histories of records: whoever may read the record reads
// what was done to it.
func (s *Service) historyRoutes(w *web.Server) {
	const in = "/projects/{project}"
	web.Handle(w, web.Op{ID: "read-project-history", Method: "GET", Path: in + "/history", Summary: "项目资料的变更：谁、何时、改前、改后",
		Tag: "estate", Permission: estate.PermRead, Buildings: true}, s.projectHistoryAPI)
	web.Handle(w, web.Op{ID: "read-building-history", Method: "GET", Path: in + "/buildings/{building}/history", Summary: "楼栋和单元的变更：谁、何时、改前、改后",
		Tag: "estate", Permission: estate.PermRead, Buildings: true}, s.buildingHistoryAPI)
	web.Handle(w, web.Op{ID: "read-room-history", Method: "GET", Path: in + "/rooms/{room}/history", Summary: "房屋和住在里面的人的变更：谁、何时、改前、改后",
		Tag: "estate", Permission: estate.PermRead, Buildings: true}, s.roomHistoryAPI)
	web.Handle(w, web.Op{ID: "read-person-history", Method: "GET", Path: in + "/people/{person}/history", Summary: "住户资料的变更：谁、何时、改前、改后",
		Tag: "estate", Permission: estate.PermRead, Buildings: true}, s.personHistoryAPI)
	web.Handle(w, web.Op{ID: "read-item-history", Method: "GET", Path: in + "/items/{item}/history", Summary: "费用项目的变更：设置、单价、收费范围、优惠",
		Tag: "billing", Permission: tariff.PermRead}, s.itemHistoryAPI)
}

// estateActs begin the actions of everything that changes a record of estate.
const estateActs = "estate"

func (s *Service) projectHistoryAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
}) (*audit.HistoryOut, error) {
	l, err := s.audit.History(ctx, in.Project, audit.About{Request: in.Request, Subjects: []id.ID{in.Project}, Kinds: []string{"project"}, Room: estateActs})
	return audit.Told(l), err
}

func (s *Service) buildingHistoryAPI(ctx context.Context, who actor.Actor, in *struct {
	Project  id.ID `path:"project"`
	Building id.ID `path:"building"`
	page.Request
}) (*audit.HistoryOut, error) {
	q := s.db.Reader(ctx)
	if _, err := s.estate.Building(ctx, q, in.Project, in.Building); err != nil {
		return nil, err
	}
	if !who.Within(estate.PermRead, in.Project).Has(in.Building) {
		return nil, estate.ErrNoBuilding
	}
	units, err := s.estate.Units(ctx, q, in.Project, in.Building)
	if err != nil {
		return nil, err
	}
	subjects := []id.ID{in.Building}
	for _, u := range units {
		subjects = append(subjects, u.ID)
	}
	l, err := s.audit.History(ctx, in.Project, audit.About{Request: in.Request, Subjects: subjects, Room: estateActs})
	return audit.Told(l), err
}

func (s *Service) roomHistoryAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
	page.Request
}) (*audit.HistoryOut, error) {
	if _, err := s.estate.RoomWithin(ctx, s.db.Reader(ctx), in.Project, in.Room, who.Within(estate.PermRead, in.Project)); err != nil {
		return nil, err
	}
	l, err := s.audit.History(ctx, in.Project, audit.About{Request: in.Request, Subjects: []id.ID{in.Room}, Room: estateActs})
	if err == nil {
		err = s.hush(ctx, in.Project, l.Items)
	}
	return audit.Told(l), err
}

// hush keeps what was done about people who were forgotten to the log, which few
// may read.
func (s *Service) hush(ctx context.Context, project id.ID, list []audit.Row) error {
	people := []id.ID{}
	for _, r := range list {
		if r.Person != 0 {
			people = append(people, r.Person)
		}
	}
	gone, err := s.estate.Forgotten(ctx, s.db.Reader(ctx), project, people)
	for i := range list {
		if r := &list[i]; gone[r.Person] {
			r.Summary, r.Before, r.After = "登记或修改"+estate.ForgottenName, "", ""
		}
	}
	return err
}

func (s *Service) personHistoryAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Person  id.ID `path:"person"`
	page.Request
}) (*audit.HistoryOut, error) {
	q, within := s.db.Reader(ctx), who.Within(estate.PermRead, in.Project)
	if _, err := s.estate.PersonWithin(ctx, q, in.Project, in.Person, within); err != nil {
		return nil, err
	}
	l, err := s.audit.History(ctx, in.Project, audit.About{Request: in.Request, Person: in.Person, Room: estateActs, Acts: []string{notify.ActWish}})
	if err != nil || within.Whole() {
		return audit.Told(l), err
	}
	// What the person is to rooms of other buildings is not told.
	rooms := []id.ID{}
	for _, r := range l.Items {
		if r.Kind == "room" {
			rooms = append(rooms, r.Subject)
		}
	}
	inside, _, err := s.estate.Reach(ctx, q, in.Project, rooms, nil, within)
	l.Items = slices.DeleteFunc(l.Items, func(r audit.Row) bool { return r.Kind == "room" && !inside[r.Subject] })
	return audit.Told(l), err
}

func (s *Service) itemHistoryAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Item    id.ID `path:"item"`
	page.Request
}) (*audit.HistoryOut, error) {
	q := s.db.Reader(ctx)
	if _, err := s.tariff.Item(ctx, q, in.Project, in.Item); err != nil {
		return nil, err
	}
	discounts, err := s.tariff.NewestDiscounts(ctx, q, in.Project, in.Item)
	if err != nil {
		return nil, err
	}
	l, err := s.audit.History(ctx, in.Project, audit.About{Request: in.Request, Subjects: append([]id.ID{in.Item}, discounts...), Kinds: []string{"item", "discount"}})
	return audit.Told(l), err
}
