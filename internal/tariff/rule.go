package tariff

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Rule names rooms by what they are: a room meets it when it meets every
// condition that is given. A room whose floor or area is not known meets no
// condition about it.
type Rule struct {
	BuildingKind        string // of the building: 住宅楼, 商铺楼 …
	Building            id.ID
	Kind, State         string     // of the room
	FloorFrom, FloorTo  int        // both included, 0 = open
	AreaFrom, AreaUntil money.Area // 建筑面积, both included, ㎡ ×10⁻², 0 = open
	Tag                 id.ID      // of the room or of somebody who lives there
}

func (r *Rule) check() error {
	refuse := func(field, text string, value any) error { return ErrAssignment.At("body.rule."+field, text, value) }
	if *r == (Rule{}) {
		return ErrAssignment.At("body.rule", "至少写一个条件", nil)
	}
	if r.BuildingKind != "" && estate.RoomKinds().Chinese(r.BuildingKind) == "" {
		return refuse("building_kind", "不在可选范围内", r.BuildingKind)
	}
	if r.Kind != "" && estate.RoomKinds().Chinese(r.Kind) == "" {
		return refuse("kind", "不在可选范围内", r.Kind)
	}
	if r.State != "" && estate.RoomStates().Chinese(r.State) == "" {
		return refuse("state", "不在可选范围内", r.State)
	}
	if r.FloorFrom != 0 && r.FloorTo != 0 && r.FloorTo < r.FloorFrom {
		return refuse("floor_to", "不能低于起始楼层", r.FloorTo)
	}
	if r.AreaFrom < 0 || r.AreaUntil < 0 || r.AreaUntil != 0 && r.AreaUntil < r.AreaFrom {
		return refuse("area_to", "不能小于起始面积", int64(r.AreaUntil))
	}
	return nil
}

// reach is a rule made ready for many rooms: what it asks of other tables is
// read once, before the first of them.
type reach struct {
	Rule
	buildings map[id.ID]bool // nil when any building will do
	tagged    []id.ID        // ascending
}

func (r *reach) meets(room *estate.BillingRoom) bool {
	switch {
	case r.buildings != nil && !r.buildings[room.Building],
		r.Kind != "" && room.Kind != r.Kind,
		r.State != "" && room.State != r.State:
		return false
	}
	if r.FloorFrom != 0 || r.FloorTo != 0 {
		if room.Known&estate.KnownFloor == 0 || r.FloorFrom != 0 && room.Floor < r.FloorFrom || r.FloorTo != 0 && room.Floor > r.FloorTo {
			return false
		}
	}
	if r.AreaFrom != 0 || r.AreaUntil != 0 {
		if room.Known&estate.KnownArea == 0 || room.Area < r.AreaFrom || r.AreaUntil != 0 && room.Area > r.AreaUntil {
			return false
		}
	}
	if r.Tag != 0 {
		_, ok := slices.BinarySearch(r.tagged, room.ID)
		return ok
	}
	return true
}

// reached reads the assignments that are not of single rooms and makes their
// rules ready. A project without rules asks nothing more.
func (s *Service) reached(ctx context.Context, q db.Q, project id.ID) ([]Assignment, error) {
	wide, err := wideAssignments(ctx, q, project)
	if err != nil {
		return nil, err
	}
	return wide, s.ready(ctx, q, project, wide)
}

// ready reads what the rules ask of buildings and tags.
func (s *Service) ready(ctx context.Context, q db.Q, project id.ID, list []Assignment) error {
	tagged := map[id.ID][]id.ID{}
	var buildings []estate.Building
	for i := range list {
		a := &list[i]
		if a.Scope != ToRule {
			continue
		}
		r := &reach{Rule: a.Rule}
		if r.BuildingKind != "" || r.Building != 0 {
			if buildings == nil {
				all, err := s.estate.Buildings(ctx, q, project)
				if err != nil {
					return err
				}
				buildings = all
			}
			r.buildings = map[id.ID]bool{}
			for _, b := range buildings {
				if (r.BuildingKind == "" || b.Kind == r.BuildingKind) && (r.Building == 0 || b.ID == r.Building) {
					r.buildings[b.ID] = true
				}
			}
		}
		if r.Tag != 0 {
			if _, ok := tagged[r.Tag]; !ok {
				rooms, err := s.estate.TaggedRooms(ctx, q, project, r.Tag)
				if err != nil {
					return err
				}
				tagged[r.Tag] = rooms
			}
			r.tagged = tagged[r.Tag]
		}
		a.reach = r
	}
	return nil
}

// Hits says what an assignment would do before it is saved.
type Hits struct {
	Day    clock.Date // on which it was tried: its first
	Rooms  int        // it reaches
	Total  int        // of the project
	Gained int        // charged from that day on and not without it
	Lost   int        // charged without it and not with it
	First  []id.ID    // of those it reaches, at most ten
}

// everyRoom stands behind every room there is.
const everyRoom = id.ID(1<<63 - 1)

// maxShown is how many rooms Hits names.
const maxShown = 10

// Preview counts the rooms that an assignment reaches and whose being charged
// it changes on its first day. Errors: as Assign.
func (s *Service) Preview(ctx context.Context, q db.Q, project id.ID, a Assignment) (Hits, error) {
	item, err := oneItem(ctx, q, project, a.Item)
	if err != nil {
		return Hits{}, err
	}
	if err := a.check(&item); err != nil {
		return Hits{}, err
	}
	if err := s.exists(ctx, q, project, &a); err != nil {
		return Hits{}, err
	}
	wide, err := s.reached(ctx, q, project)
	if err != nil {
		return Hits{}, fmt.Errorf("preview assignment: %w", err)
	}
	wide = slices.DeleteFunc(wide, func(x Assignment) bool { return x.Item != a.Item })
	fresh := []Assignment{a}
	if err := s.ready(ctx, q, project, fresh); err != nil {
		return Hits{}, fmt.Errorf("preview assignment: %w", err)
	}
	p := previewer{day: max(a.From, item.From), a: &fresh[0]}
	month := p.day.Month()
	p.before = buildMonth(&item, month, nil, wide)
	if p.after = p.before; a.Scope != ToRoom {
		p.after = buildMonth(&item, month, nil, append(slices.Clone(wide), fresh[0]))
	}
	p.hits.Day = p.day
	own, err := roomAssignments(ctx, q, project, 0, everyRoom)
	if err != nil {
		return Hits{}, err
	}
	p.own = slices.DeleteFunc(own, func(x Assignment) bool { return x.Item != a.Item })
	err = s.estate.StreamRooms(ctx, q, project, estate.RoomFilter{}, func(r *estate.BillingRoom) error {
		p.room(r)
		return nil
	})
	return p.hits, err
}

type previewer struct {
	day           clock.Date
	a             *Assignment
	before, after PlanMonth
	own           []Assignment // of all rooms, by room
	at            int
	hits          Hits
}

func (p *previewer) room(r *estate.BillingRoom) {
	for p.at < len(p.own) && p.own[p.at].Target < r.ID {
		p.at++
	}
	n := p.at
	for n < len(p.own) && p.own[n].Target == r.ID {
		n++
	}
	mine := p.own[p.at:n:n]
	was := p.before.Covered(r, mine)
	p.hits.Total++
	if !p.a.reaches(r) {
		return
	}
	p.hits.Rooms++
	if len(p.hits.First) < maxShown {
		p.hits.First = append(p.hits.First, r.ID)
	}
	if p.a.Scope == ToRoom {
		mine = append(mine, *p.a)
	}
	is, bit := p.after.Covered(r, mine), SpanIn(p.day.Month(), p.day, p.day)
	switch {
	case is&bit != 0 && was&bit == 0:
		p.hits.Gained++
	case is&bit == 0 && was&bit != 0:
		p.hits.Lost++
	}
}

// reaches reports whether the room is one of those the assignment is about.
func (a *Assignment) reaches(r *estate.BillingRoom) bool {
	switch a.Scope {
	case ToProject:
		return true
	case ToKind:
		return r.Kind == a.Kind
	case ToBuilding:
		return r.Building == a.Target
	case ToRule:
		return a.reach.meets(r)
	}
	return r.ID == a.Target
}

// Reached says of each assignment whether it is about a room, whatever its days.
// Error: estate.ErrNoRoom.
func (s *Service) Reached(ctx context.Context, q db.Q, project, room id.ID, list []Assignment) ([]bool, error) {
	list = slices.Clone(list)
	if err := s.ready(ctx, q, project, list); err != nil {
		return nil, fmt.Errorf("assignments of room: %w", err)
	}
	var out []bool
	err := s.estate.StreamRooms(ctx, q, project, estate.RoomFilter{Rooms: []id.ID{room}}, func(r *estate.BillingRoom) error {
		for i := range list {
			out = append(out, list[i].reaches(r))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("assignments of room: %w", err)
	}
	if len(out) < len(list) {
		return nil, estate.ErrNoRoom
	}
	return out, nil
}
