package tariff

import (
	"context"
	"fmt"
	"strings"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// RuleFields are the conditions of an assignment by rule.
type RuleFields struct {
	BuildingKind string     `json:"building_kind,omitempty" enum:"home,flat,shop,office,storage,other" doc:"楼栋类型"`
	Building     id.ID      `json:"building_id,omitempty" doc:"楼栋"`
	Kind         string     `json:"kind,omitempty" enum:"home,flat,shop,office,storage,other" doc:"房屋类型"`
	State        string     `json:"state,omitempty" enum:"unsold,undelivered,vacant,renovating,self,rented" doc:"房屋状态"`
	FloorFrom    int        `json:"floor_from,omitempty" minimum:"-20" maximum:"300" doc:"从几层（含），0 为不限"`
	FloorTo      int        `json:"floor_to,omitempty" minimum:"-20" maximum:"300" doc:"到几层（含），0 为不限"`
	AreaFrom     money.Area `json:"area_from,omitempty" minimum:"0" doc:"建筑面积从多少（含），百分之一平方米，0 为不限"`
	AreaUntil    money.Area `json:"area_to,omitempty" minimum:"0" doc:"建筑面积到多少（含），百分之一平方米，0 为不限"`
	Tag          id.ID      `json:"tag_id,omitempty" doc:"标签：房屋有它，或现住的人有它"`
}

func (f *AssignmentFields) assignment(item id.ID) Assignment {
	a := Assignment{Item: item, Scope: Scope(f.Scope), Target: f.Target, Kind: f.Kind, Quantity: f.Quantity, Exempt: f.Exempt, From: f.From, Until: f.Until}
	if f.Rule != nil {
		a.Rule = Rule(*f.Rule)
	}
	return a
}

func toAssignmentFields(a *Assignment) AssignmentFields {
	f := AssignmentFields{Scope: string(a.Scope), Target: a.Target, Kind: a.Kind, Quantity: a.Quantity, Exempt: a.Exempt, From: a.From, Until: a.Until}
	if a.Scope == ToRule {
		r := RuleFields(a.Rule)
		f.Rule = &r
	}
	return f
}

// words says a rule as people would: 住宅楼 · 商铺 · 1–6 层 · 90–144 ㎡ · 标签 电梯房.
func (r *Rule) words(n *targetNames) string {
	var out []string
	if r.BuildingKind != "" {
		out = append(out, estate.RoomKinds().Chinese(r.BuildingKind)+"楼")
	}
	if r.Building != 0 {
		out = append(out, n.buildings[r.Building])
	}
	if r.Kind != "" {
		out = append(out, estate.RoomKinds().Chinese(r.Kind))
	}
	if r.State != "" {
		out = append(out, estate.RoomStates().Chinese(r.State))
	}
	if r.FloorFrom != 0 || r.FloorTo != 0 {
		out = append(out, between(fmt.Sprint(r.FloorFrom), fmt.Sprint(r.FloorTo), r.FloorFrom != 0, r.FloorTo != 0)+" 层")
	}
	if r.AreaFrom != 0 || r.AreaUntil != 0 {
		out = append(out, between(r.AreaFrom.String(), r.AreaUntil.String(), r.AreaFrom != 0, r.AreaUntil != 0)+" ㎡")
	}
	if r.Tag != 0 {
		out = append(out, "标签 "+n.tags[r.Tag])
	}
	return strings.Join(out, " · ")
}

func between(low, high string, from, to bool) string {
	switch {
	case !to:
		return "不低于 " + low
	case !from:
		return "不超过 " + high
	}
	return low + "–" + high
}

// targetNames are the names that the labels of assignments need.
type targetNames struct {
	buildings, rooms, tags map[id.ID]string
}

func (s *Service) targetNames(ctx context.Context, q db.Q, project id.ID, list []Assignment) (*targetNames, error) {
	n := &targetNames{buildings: map[id.ID]string{}, tags: map[id.ID]string{}}
	buildings, err := s.estate.Buildings(ctx, q, project)
	if err != nil {
		return nil, err
	}
	for _, b := range buildings {
		n.buildings[b.ID] = b.Name
	}
	var rooms []id.ID
	tagged := false
	for i := range list {
		if list[i].Scope == ToRoom {
			rooms = append(rooms, list[i].Target)
		}
		tagged = tagged || list[i].Rule.Tag != 0
	}
	if n.rooms, err = s.estate.Labels(ctx, q, project, rooms); err != nil || !tagged {
		return n, err
	}
	tags, err := s.estate.Tags(ctx, q, project, "")
	for _, t := range tags {
		n.tags[t.ID] = t.Name
	}
	return n, err
}

type previewOut struct {
	Body struct {
		Day    clock.Date `json:"day" doc:"按哪天试：这条范围的第一天"`
		Label  string     `json:"label" doc:"范围的名称"`
		Rooms  int        `json:"rooms" doc:"命中多少户"`
		Total  int        `json:"total" doc:"全项目多少户"`
		Gained int        `json:"gained" doc:"其中原来不收、从这天起收的"`
		Lost   int        `json:"lost" doc:"其中原来收、从这天起不收的"`
		First  []string   `json:"first" nullable:"false" doc:"命中的前几户，最多 10 户"`
	}
}

func (s *Service) previewAPI(ctx context.Context, _ actor.Actor, in *assignIn) (*previewOut, error) {
	q := s.db.Reader(ctx)
	a := in.Body.assignment(in.Item)
	h, err := s.Preview(ctx, q, in.Project, a)
	if err != nil {
		return nil, err
	}
	names, err := s.targetNames(ctx, q, in.Project, []Assignment{a})
	if err != nil {
		return nil, err
	}
	rooms, err := s.estate.Labels(ctx, q, in.Project, h.First)
	out := &previewOut{}
	b := &out.Body
	b.Day, b.Rooms, b.Total, b.Gained, b.Lost, b.First = h.Day, h.Rooms, h.Total, h.Gained, h.Lost, make([]string, len(h.First))
	b.Label = toAssignment(&a, names).TargetLabel
	for i, room := range h.First {
		b.First[i] = rooms[room]
	}
	return out, err
}
