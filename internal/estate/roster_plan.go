package estate

import (
	"context"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// plan is what applying a roster would do to what is stored now.
type plan struct {
	project  Project
	report   Report
	problems []RowError
	fields   []roomField

	buildings map[string]*plannedBuilding
	units     map[string]*Unit // by building key / unit key
	rooms     map[string]*plannedRoom
	order     []*plannedRoom
	newUnits  []*Unit
	people    *registry
	kept      []Kept
	added     []*Occupant
	changed   []*Occupant
}

type plannedBuilding struct {
	Building
	isNew, changed bool
}

// plannedRoom is a room of the file with the rows that name it.
type plannedRoom struct {
	Room
	old     *Room // nil when new
	changed bool
	rows    []*rosterRow
	live    []Occupant // who is there now
	lists   []*Occupant
	named   map[string]*plannedPerson // people of the file in this room
}

// planRoster compares a roster with what is stored. It writes nothing; ids of
// new rows are made already.
func (s *Service) planRoster(ctx context.Context, q db.Q, project id.ID, r *roster, today clock.Date) (*plan, error) {
	pr, err := oneProject(ctx, q, project)
	if err != nil {
		return nil, err
	}
	p := &plan{project: pr, fields: roomFields(), buildings: map[string]*plannedBuilding{}, units: map[string]*Unit{}, rooms: map[string]*plannedRoom{}}
	p.problems = append(p.problems, r.problems...)
	p.report = Report{Sheet: r.sheet, HeaderRow: r.header, Ignored: r.ignored, Kept: r.kept, HiddenRows: r.hiddenRows, HiddenColumns: r.hiddenColumns,
		Formulas: r.formulas, Merged: r.merged, Changes: []Change{}}
	if err := p.readPlaces(ctx, q); err != nil {
		return nil, err
	}
	p.group(r)
	if err := p.readRooms(ctx, q); err != nil {
		return nil, err
	}
	for _, room := range p.order {
		s.planRoom(p, room)
	}
	if p.people, err = s.newRegistry(ctx, q, p); err != nil {
		return nil, err
	}
	for _, room := range p.order {
		s.planPeople(p, room, today)
	}
	s.countPeople(p)
	return p, s.planKept(ctx, q, p)
}

func (p *plan) fail(r *rosterRow, field, value, format string, args ...any) {
	p.problems = append(p.problems, rowProblem(r, field, value, fmt.Sprintf(format, args...)))
}

func (p *plan) change(r *rosterRow, label, format string, args ...any) {
	if len(p.report.Changes) < maxChanges {
		p.report.Changes = append(p.report.Changes, Change{r.line, label, fmt.Sprintf(format, args...)})
	}
}

func (p *plan) readPlaces(ctx context.Context, q db.Q) error {
	where, err := readPlaces(ctx, q, p.project.ID)
	if err != nil {
		return err
	}
	for _, b := range where.buildings {
		p.buildings[b.key] = &plannedBuilding{Building: *b}
	}
	for _, u := range where.units {
		p.units[where.buildings[u.Building].key+"/"+u.key] = u
	}
	return nil
}

// group brings the rows of one room together, however it is spelled.
func (p *plan) group(r *roster) {
	for i := range r.rows {
		row := &r.rows[i]
		room, ok := p.rooms[row.keys[0]]
		if !ok {
			room = &plannedRoom{named: map[string]*plannedPerson{}}
			p.rooms[row.keys[0]] = room
			p.order = append(p.order, room)
		}
		room.rows = append(room.rows, row)
	}
}

func (p *plan) readRooms(ctx context.Context, q db.Q) error {
	keys := make([]string, 0, len(p.rooms))
	for _, r := range p.order {
		keys = append(keys, r.rows[0].keys[0])
	}
	old, err := roomsByKey(ctx, q, p.project.ID, keys)
	if err != nil {
		return err
	}
	ids := make([]id.ID, 0, len(old))
	byID := map[id.ID]*plannedRoom{}
	for key, r := range old {
		room := p.rooms[key]
		room.old = &r
		byID[r.ID] = room
		ids = append(ids, r.ID)
	}
	live, err := occupantsOf(ctx, q, p.project.ID, "room_id", ids)
	for _, o := range live {
		byID[o.Room].live = append(byID[o.Room].live, o)
	}
	return err
}

// planRoom decides whether a room is new, changed or the same.
func (s *Service) planRoom(p *plan, room *plannedRoom) {
	first := room.rows[0]
	b, u := s.planPlace(p, room)
	if room.old == nil {
		room.Room = Room{ID: s.db.IDs().New(), Name: first.room.Name, Version: 1, Kind: p.defaultKind(), State: defaultState(room.rows)}
	} else {
		room.Room = *room.old
	}
	for _, f := range p.fields {
		var from *rosterRow
		for _, row := range room.rows {
			if !row.has(f.field) {
				continue
			}
			if from == nil {
				from = row
			} else if f.text(&from.room) != f.text(&row.room) {
				p.fail(row, f.field, f.text(&row.room), "和第 %d 行的同一房屋不一致（%s）", from.line, f.text(&from.room))
			}
		}
		if from == nil {
			continue
		}
		if old := f.text(&room.Room); room.old != nil && old != f.text(&from.room) {
			p.change(from, room.Label, "%s %s → %s", f.name, or(old, "空"), or(f.text(&from.room), "空"))
		}
		f.copy(&room.Room, &from.room)
	}
	if err := room.check(); err != nil {
		p.fail(first, colRoom, first.room.Name, "%s", sentence(err))
	}
	room.place(&b.Building, u)
	switch {
	case room.old == nil:
		p.report.Counts.Rooms++
	case room.isChanged(p.fields):
		room.changed = true
		p.report.Counts.RoomsChanged++
	default:
		p.report.Counts.RoomsSame++
	}
}

func (room *plannedRoom) isChanged(fields []roomField) bool {
	for _, f := range fields {
		if f.text(room.old) != f.text(&room.Room) {
			return true
		}
	}
	return false
}

func or(s, empty string) string {
	if s == "" {
		return empty
	}
	return s
}

func (p *plan) defaultKind() string {
	switch p.project.Kind {
	case KindApartment:
		return RoomFlat
	case KindOffice:
		return RoomOffice
	}
	return RoomHome
}

// defaultState is the state of a new room whose row does not say: by who is
// there.
func defaultState(rows []*rosterRow) string {
	state := StateVacant
	for _, r := range rows {
		if r.has(colName) {
			if r.part == PartTenant {
				return StateRented
			}
			state = StateSelf
		}
	}
	return state
}

// planPlace finds or plans the building and unit of a room.
func (s *Service) planPlace(p *plan, room *plannedRoom) (*plannedBuilding, *Unit) {
	first := room.rows[0]
	key := first.building.key
	b, ok := p.buildings[key]
	if !ok {
		b = &plannedBuilding{Building: Building{ID: s.db.IDs().New(), Name: first.building.name, Version: 1}, isNew: true}
		if err := b.check(); err != nil {
			p.fail(first, colBuilding, first.building.name, "%s", sentence(err))
		}
		p.buildings[key] = b
		p.report.Counts.Buildings++
	}
	for _, row := range room.rows {
		if row.has(colFloors) && row.room.Floors > b.Floors {
			if !b.isNew && !b.changed {
				p.change(row, b.Name, "总层数 %d → %d", b.Floors, row.room.Floors)
			}
			b.Floors, b.changed = row.room.Floors, true
		}
	}
	ukey := first.unit.key
	if ukey == "" {
		return b, nil
	}
	u, ok := p.units[key+"/"+ukey]
	if !ok {
		u = &Unit{ID: s.db.IDs().New(), Building: b.ID, Name: first.unit.name, key: ukey, sort: sortKey(ukey)}
		p.units[key+"/"+ukey] = u
		p.newUnits = append(p.newUnits, u)
		p.report.Counts.Units++
	}
	return b, u
}

// roomField is one attribute that a roster can set.
type roomField struct {
	field, name string
	text        func(r *Room) string
	copy        func(to, from *Room)
}

func roomFields() []roomField {
	return []roomField{
		{colFloor, "楼层", func(r *Room) string { return itoa(r.Floor) }, func(to, from *Room) { to.Floor = from.Floor }},
		{colKind, "房屋类型", func(r *Room) string { return RoomKinds().Chinese(r.Kind) }, func(to, from *Room) { to.Kind = from.Kind }},
		{colLayout, "户型", func(r *Room) string { return r.Layout }, func(to, from *Room) { to.Layout = from.Layout }},
		{colArea, "建筑面积", func(r *Room) string { return r.Area.String() }, func(to, from *Room) { to.Area = from.Area }},
		{colInner, "套内面积", func(r *Room) string { return r.InnerArea.String() }, func(to, from *Room) { to.InnerArea = from.InnerArea }},
		{colState, "房屋状态", func(r *Room) string { return RoomStates().Chinese(r.State) }, func(to, from *Room) { to.State = from.State }},
		{colHandover, "交付日期", func(r *Room) string { return r.Handover.String() }, func(to, from *Room) { to.Handover = from.Handover }},
	}
}
